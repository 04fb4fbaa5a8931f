// A committee in use: the prompts that answer together, and what they answer to a text.
import type { CommitteeAnswer, Input } from '../../contract/service.ts'
import { answerTogether } from '../../engine/evaluate/committee.ts'
import type { Store } from '../../engine/store/store.ts'
import { taskOf } from '../../engine/task/index.ts'
import type { CallContext, ServiceContext } from '../context.ts'
import { refuseStrangers } from '../runs/committee.ts'
import { calibrated, likeliest, scoreSubjects } from './score-subjects.ts'
import { findTuned, type Tuned } from './tuned.ts'

/** The prompts of these names, each once. Errors: those of `findTuned` and `refuseStrangers`. */
async function membersOf(store: Store, names: readonly string[]): Promise<readonly [Tuned, ...Tuned[]]> {
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
  const answers = evaluations.flatMap(({ rows: [row] }, i) =>
    row ? [{ ...row, logProbabilities: calibrated(row.logProbabilities, members[i]?.prompt) }] : [],
  )
  const { logProbabilities, agreeing } = answerTogether(labels, answers)
  return {
    labels: likeliest(labels, logProbabilities),
    members: members.map(({ name }, i) => ({ name, labels: likeliest(labels, answers[i]?.logProbabilities ?? []) })),
    agreeing,
  }
}
