// Sentences about how far probabilities can be trusted, and what a threshold promises.
import type { CalibrationDetails, Choice, Estimate, Threshold } from '../calibration.ts'
import type { CommitteeTrust } from '../methods/committees.ts'
import type { Unsure } from '../methods/prompts.ts'
import { inPercent, percent } from '../numbers.ts'
import { grouped, joined, rowsOf } from './counts.ts'

/** Rows that something was fitted on. */
const fittedOn = (rows: number, crossValidated: boolean): string =>
  crossValidated
    ? `${rowsOf(rows)}, each answered by a prompt that had not seen it (cross-validation)`
    : `${rowsOf(rows)} of the validation set`

/** How sure the prompt was, as it was tuned: a temperature above 1 lowers it. */
export function temperatureSentence({ calibration, crossValidated }: CalibrationDetails): string {
  const { temperature, rows } = calibration
  const was =
    temperature > 1.05
      ? 'The prompt was too sure'
      : temperature < 0.95
        ? 'The prompt was not sure enough'
        : 'The prompt was about as sure as it should be'
  return `${was}: its probabilities are corrected by one number, the temperature ${temperature.toFixed(2)}, fitted on ${fittedOn(rows, crossValidated)}.`
}

/** "2.3 % (95 % interval 1.4 to 4.8)". */
const errorWords = ({ value, low, high }: Estimate): string =>
  `${percent(value, 1)} (95 % interval ${inPercent(low, 1)} to ${inPercent(high, 1)})`

export function errorSentence({ before, after }: CalibrationDetails): string {
  const what = `On ${rowsOf(after.rows)} of the test set, what it says it is sure of and how often it is right differ by`
  return `${what} ${percent(before.error.value, 1)} before and ${errorWords(after.error)} after (expected calibration error).`
}

/** What sets of labels hold. */
export function setsSentence({ sets, crossValidated }: CalibrationDetails): string {
  const { rows, right, labels } = sets
  const guarantee =
    'An unsure answer names the labels that it may be: for at least 95 % of rows like these the right one is among them'
  return `${guarantee} (split conformal prediction${crossValidated ? ', across the folds' : ''}). On the test set it was for ${percent(right / Math.max(1, rows), 1)} of ${rowsOf(rows)}, with ${labels.toFixed(1)} labels on average.`
}

/** "at least 83.4 % sure". */
export const sureWords = (confidence: number): string => `at least ${percent(confidence, 1)} sure`

/** A limit that can be chosen, by the rows that its threshold is chosen on: the test rows are not looked at yet. */
export function choiceSentence({ limit, confidence, answered, wrong }: Choice, rows: number): string {
  const alone = `${grouped(answered)} of ${rowsOf(rows)} answered alone, ${grouped(wrong)} of them wrong`
  return `At most ${percent(limit, 1)} wrong: ${sureWords(confidence)}, ${alone}.`
}

/** What a threshold promises, of how many rows, and what goes to a person. */
export function promiseSentence(
  { limit, confidence, tested }: Omit<Threshold, 'chosen'>,
  crossValidated: boolean,
): string {
  const { rows, answered, wrong, bound } = tested
  const left = rows - answered
  const person = `The other ${rowsOf(left)} (${percent(left / Math.max(1, rows))}) ${left === 1 ? 'goes' : 'go'} to a person.`
  if (answered === 0)
    return `It answers alone where it is ${sureWords(confidence)}, and is so sure of none of ${rowsOf(rows)} of the test set: nothing can be promised, and all go to a person.`
  const alone = `It answers alone where it is ${sureWords(confidence)}: ${grouped(answered)} of ${rowsOf(rows)} of the test set, ${grouped(wrong)} of them wrong (${percent(wrong / answered, 1)}).`
  return `${alone} ${boundSentence(limit, bound, crossValidated)} ${left === 0 ? 'Nothing goes to a person.' : person}`
}

function boundSentence(limit: number, bound: number, crossValidated: boolean): string {
  const most = `at most ${percent(bound, 1)} of the answers that it gives alone to rows like these are wrong`
  const missed = bound > limit ? `, more than the limit of ${percent(limit, 1)}` : ''
  return crossValidated
    ? `Cross-validation estimates that ${most}${missed}; as each row also served to choose the thresholds of others, this is no strict promise.`
    : `Promised, with 95 % confidence: ${most}${missed}. This holds whichever of the limits you choose: their thresholds were fixed on the validation set, before a test row was looked at.`
}

/** How far several prompts can be trusted that answer as one. */
export function togetherSentence({ error, threshold, crossValidated }: CommitteeTrust): string {
  const apart = `What they are sure of together and how often they are right differ by ${errorWords(error)} (expected calibration error): each is calibrated by itself, and the mean of their probabilities is not changed any more.`
  if (!threshold) return `${apart} None of them has a threshold, so they always answer alone.`
  return `${apart} Their threshold is the highest of their own. ${promiseSentence(threshold, crossValidated)}`
}

/** Where no usual limit has a threshold. */
export const nothingToPromise = (smallest: number, rows: number): string =>
  `No limit can be promised: as far as ${rowsOf(rows)} of the test set could show, up to ${percent(smallest, 1)} of even its surest answers may be wrong.`

/** An answer that is left to a person. */
export const unsureSentence = ({ threshold, among }: Unsure): string =>
  `Unsure: it answers alone where it is ${sureWords(threshold)}. ${among.length > 1 ? `It is one of these: ${joined(among, 'or')}.` : 'A person should look at it.'}`
