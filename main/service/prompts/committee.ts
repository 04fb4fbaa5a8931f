// A committee in use: the prompts that answer together, and what they answer to a text.
import { type Calibration, highestThreshold } from '../../contract/calibration.ts'
import type { CommitteeAnswer, Input, Unsure } from '../../contract/service.ts'
import { labelSet } from '../../engine/calibrate/conformal.ts'
import { answerTogether } from '../../engine/evaluate/committee.ts'
import type { Store } from '../../engine/store/store.ts'
import { taskOf } from '../../engine/task/index.ts'
import type { CallContext, ServiceContext } from '../context.ts'
import { refuseStrangers } from '../runs/committee.ts'
import { calibrated, labelAnswer, likeliest, scoreSubjects, unsureAmong } from './score-subjects.ts'
import { findTuned, type Tuned } from './tuned.ts'

/** The prompts of these names, each once. Errors: those of `findTuned` and `refuseStrangers`. */
export async function membersOf(store: Store, names: readonly string[]): Promise<readonly [Tuned, ...Tuned[]]> {
  const found = await Promise.all(names.map((name) => findTuned(store, name)))
  const members = [...new Map(found.map((tuned) => [tuned.name, tuned])).values()]
  refuseStrangers(members.map(({ name, model, prompt }) => ({ ...prompt, name, modelHash: model.hash })))
  return members as [Tuned, ...Tuned[]]
}

/** Errors: those of `membersOf` and `scoreSubjects`. */
export async function classifyTogether(
  context: ServiceContext,
  { prompts: names, text, context: about = '' }: Input<'committees.classify'>,
  call: CallContext,
): Promise<CommitteeAnswer> {
  const members = await membersOf(context.store, names)
  const [{ prompt: first }] = members
  const { labels } = first
  const examples = [{ row: 0, text: taskOf(first.settings).textOf(text, about), label: labels[0] ?? '' }]
  const subjects = members.map(({ model, prompt }) => ({ model: model.id, prompt, settings: prompt.settings }))
  const evaluations = await scoreSubjects(context, call, { labels, examples }, subjects)
  const answers = evaluations.flatMap(({ rows }) => rows)
  const own = answers.map((answer, i) => {
    const prompt = members[i]?.prompt
    return {
      ...answer,
      logProbabilities: calibrated(answer.logProbabilities, prompt),
      calibration: prompt?.calibration,
    }
  })
  const { logProbabilities, agreeing } = answerTogether(labels, own)
  const found = likeliest(labels, logProbabilities)
  const unsure = unsureTogether(labels, found[0]?.probability ?? 0, own)
  return {
    labels: found,
    ...(unsure ? { unsure } : {}),
    members: members.map(({ name, prompt }, i) => ({
      name,
      ...labelAnswer(labels, answers[i]?.logProbabilities ?? [], prompt),
    })),
    agreeing,
  }
}

interface MemberAnswer {
  readonly logProbabilities: readonly number[]
  readonly calibration: Calibration | undefined
}

/**
 * Where the members leave the answer to a person: it may be what any of them would name as unsure, or is likeliest to one that
 * always answers alone. How often the right label is among these is not known.
 */
function unsureTogether(
  labels: readonly string[],
  confidence: number,
  members: readonly MemberAnswer[],
): Unsure | undefined {
  const threshold = highestThreshold(members.map(({ calibration }) => calibration))?.confidence ?? 0
  if (confidence >= threshold) return undefined
  const sets = members.flatMap(({ logProbabilities, calibration }) =>
    labelSet(logProbabilities, calibration?.threshold?.among ?? 1),
  )
  return unsureAmong(labels, [...new Set(sets)], threshold)
}
