// Sentences about how far probabilities can be trusted, and what a threshold promises.
import {
  type CalibrationDetails,
  type CalibrationError,
  type Choice,
  type Estimate,
  type MeasuredOn,
  mostTemperature,
  type ReliabilityBin,
  type Threshold,
} from '../calibration.ts'
import type { CommitteeTrust } from '../methods/committees.ts'
import type { Unsure } from '../methods/prompts.ts'
import { inPercent, percent } from '../numbers.ts'
import { grouped, joined, rowsOf } from './counts.ts'

/** Rows that something was fitted on. */
const fittedOn = (rows: number, crossValidated: boolean): string =>
  crossValidated
    ? `${rowsOf(rows)}, each answered by a prompt that had not seen it (cross-validation)`
    : `${rowsOf(rows)} of the validation set`

/** Where the rows come from that a calibration is measured on. */
const sourceOf = (on: MeasuredOn): string =>
  ({ 'test set': ' of the test set', folds: '', table: ' of this table' })[on]

export const measuredOn = ({ crossValidated }: Pick<CalibrationDetails, 'crossValidated'>): MeasuredOn =>
  crossValidated ? 'folds' : 'test set'

/** How sure the prompt was, as it was tuned, and how often right; a temperature above 1 lowers its probabilities. */
export function temperatureSentence({ calibration, asTuned, crossValidated }: CalibrationDetails): string {
  const { temperature, rows } = calibration
  const changed = temperature > 1.05 ? 'lowered' : temperature < 0.95 ? 'raised' : 'corrected'
  const number = `one number, the temperature ${temperature.toFixed(2)}, fitted on ${fittedOn(rows, crossValidated)}`
  const farthest =
    temperature >= mostTemperature || temperature <= 1 / mostTemperature
      ? ' No temperature beyond this one is tried: such probabilities say little.'
      : ''
  return `${tunedWords(asTuned, changed)} by ${number}.${farthest}`
}

function tunedWords({ rows, confidence, right, low, high }: ReliabilityBin, changed: string): string {
  const was = `as tuned, it was ${percent(confidence, 1)} sure on average, and right on ${grouped(right)} of ${rowsOf(rows)}`
  const correction = `${was}. Its probabilities are ${changed}`
  if (confidence > high) return `The prompt was too sure: ${correction}`
  if (confidence < low) return `The prompt was not sure enough: ${correction}`
  if (changed === 'corrected') return `The prompt was about as sure as it should be: ${correction}`
  const doubt = changed === 'lowered' ? 'too sure' : 'not sure enough'
  return `It is not certain that the prompt was ${doubt}: ${correction} as a precaution`
}

/** "2.3 % (95 % interval 1.4 to 4.8)". */
const errorWords = ({ value, low, high }: Estimate): string =>
  `${percent(value, 1)} (95 % interval ${inPercent(low, 1)} to ${inPercent(high, 1)})`

/** What a calibration error of 0 looks like on so many rows. */
const chanceSentence = ({ chance }: CalibrationError): string =>
  `By chance alone, so many rows would show about ${percent(chance, 1)} even if both were the same.`

export function errorSentence(details: CalibrationDetails): string {
  const { before, after } = details
  const what = `On ${rowsOf(after.rows)}${sourceOf(measuredOn(details))}, what it says it is sure of and how often it is right differ by`
  return `${what} ${percent(before.error.value, 1)} before and ${errorWords(after.error)} after (expected calibration error). ${chanceSentence(after.error)}`
}

/** What an unsure answer names; undefined without a threshold, as then no answer is unsure. */
export function setsSentence(details: CalibrationDetails): string | undefined {
  const { sets, calibration } = details
  if (!sets || !calibration.threshold) return undefined
  if (calibration.threshold.among === 0)
    return 'An unsure answer names no labels that it may be: too few rows are unsure to tell which.'
  const promise =
    'An unsure answer names the labels that it may be: for about 95 % of unsure rows the right one should be among them'
  const measured =
    sets.rows === 0
      ? 'No row is unsure.'
      : `It was for ${percent(sets.right / sets.rows, 1)} of ${rowsOf(sets.rows)}${sourceOf(measuredOn(details))} that are unsure, with ${sets.labels.toFixed(1)} labels on average.`
  return `${promise} (split conformal prediction). ${measured}`
}

/** "at least 83.4 % sure". */
export const sureWords = (confidence: number): string => `at least ${percent(confidence, 1)} sure`

/** A limit that can be chosen, by the rows that its threshold is chosen on: the test rows are not looked at yet. */
export function choiceSentence({ limit, confidence, answered, wrong }: Choice, rows: number): string {
  const alone = `${grouped(answered)} of ${rowsOf(rows)} answered alone, ${grouped(wrong)} of them wrong`
  return `At most ${percent(limit, 1)} wrong: ${sureWords(confidence)}, ${alone}.`
}

/** What a threshold promises, of how many rows, and what goes to a person. */
export function promiseSentence(threshold: Omit<Threshold, 'chosen' | 'among'>, on: MeasuredOn): string {
  const { confidence, tested, folds } = threshold
  const { rows, answered, wrong } = tested
  const left = rows - answered
  const alone = `It answers alone where it is ${sureWords(confidence)}`
  const how = folds ? `. ${foldsWords(folds)}: ` : ': '
  if (answered === 0)
    return `${alone}${how}${folds ? 'none' : 'it is so sure of none'} of ${rowsOf(rows)}${sourceOf(on)}${folds ? ' is answered alone' : ''}, so nothing can be promised, and all go to a person.`
  const person = `The other ${rowsOf(left)} (${percent(left / Math.max(1, rows))}) ${left === 1 ? 'goes' : 'go'} to a person.`
  const counts = `${grouped(answered)} of ${rowsOf(rows)}${sourceOf(on)}${folds ? ' are answered alone' : ''}, ${grouped(wrong)} of them wrong (${percent(wrong / answered, 1)}).`
  return `${alone}${how}${counts} ${boundSentence(threshold, on)} ${left === 0 ? 'Nothing goes to a person.' : person}`
}

/** How the rows were answered: not with the threshold that the prompt keeps. */
const foldsWords = ({ all, chosen }: NonNullable<Threshold['folds']>): string =>
  `Each fold was answered with a threshold that was chosen in the same way on the other folds (${chosen === all ? `all ${String(all)} have one` : `${String(chosen)} of ${String(all)} have one, the others answer nothing alone`})`

/** Rows that a bound speaks of: a test set that is cut to size has its labels more evenly than what it comes from. */
const alike: Readonly<Record<MeasuredOn, string>> = {
  'test set': 'rows like these, with the labels as frequent as in the test set,',
  folds: 'rows like these, with the labels as frequent,',
  table: 'rows like these, with the labels as frequent as in this table,',
}

function boundSentence({ limit, tested: { bound } }: Pick<Threshold, 'limit' | 'tested'>, on: MeasuredOn): string {
  const most = `at most ${percent(bound, 1)} of the answers that it gives alone to ${alike[on]} are wrong`
  const missed = bound > limit ? `, more than the limit of ${percent(limit, 1)}` : ''
  return on === 'folds'
    ? `Cross-validation estimates that ${most}${missed}; as the same rows also served to choose thresholds, this is no strict promise.`
    : `Promised, with 95 % confidence: ${most}${missed}. This holds whichever limit you choose: the thresholds were fixed on the validation set, before one of these rows was looked at.`
}

/** How far several prompts can be trusted that answer as one. */
export function togetherSentence({ rows, on, error, threshold }: CommitteeTrust): string {
  if (rows === 0)
    return 'One of them was tuned or calibrated on each of these rows, so nothing can be promised of their answers.'
  const fresh =
    on === 'table' ? `${rowsOf(rows)} of this table that none of them was tuned or calibrated on` : rowsOf(rows)
  const apart = `On ${fresh}, how sure they are together and how often they are right differ by ${errorWords(error)} (expected calibration error). ${chanceSentence(error)} Each is calibrated by itself, and the mean of their probabilities is taken as it is.`
  if (!threshold) return `${apart} None of them has a threshold, so they always answer alone.`
  return `${apart} Their threshold is the highest of their own. ${promiseSentence(threshold, on)}`
}

/** Where no limit is on offer. */
export const nothingToPromise = ({ smallest, after, ...details }: CalibrationDetails): string =>
  `No limit can be promised: as far as ${rowsOf(after.rows)}${sourceOf(measuredOn(details))} could show, up to ${percent(smallest, 1)} of even its surest answers may be wrong.`

/** Of labelled rows whose prompt was calibrated since. */
export const outdatedSentence =
  'These answers are from before the last calibration, so no threshold is applied to them. Open the file again to have it answered anew.'

/** Why an answer is left to a person, and what it may be. */
export const unsureSentence = ({ threshold, among }: Unsure): string =>
  `It answers alone where it is ${sureWords(threshold)}. ${among.length > 1 ? `It is probably one of these: ${joined(among, 'or')}.` : 'A person should look at it.'}`
