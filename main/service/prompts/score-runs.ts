// Lets the base model alone and the tuned prompts of runs answer labelled rows, and stores how well each did.
import { studioError } from '../../contract/errors/index.ts'
import type { EvaluationRecord, RunRecord } from '../../contract/records.ts'
import type { Input } from '../../contract/service.ts'
import type { Example } from '../../contract/settings.ts'
import { textKey } from '../../engine/data/text-key.ts'
import { withoutInstruction } from '../../engine/evaluate/encode.ts'
import type { Store } from '../../engine/store/store.ts'
import { scoresLabels } from '../../engine/task/index.ts'
import type { CallContext, ServiceContext } from '../context.ts'
import { loadExamples } from '../data/examples.ts'
import { keysOf } from '../runs/seen-texts.ts'
import { scoreSubjects } from './score-subjects.ts'
import { tunedBy } from './tuned.ts'

/**
 * One evaluation without a prompt, which is stored as the first run's, then one of each run. The runs have a base model, a
 * task and labels in common. Errors: 'run/no-prompt', 'run/no-known-labels', those of `loadExamples` and `scoreSubjects`.
 */
export async function scoreRuns(
  context: ServiceContext,
  call: CallContext,
  runs: readonly [RunRecord, ...RunRecord[]],
  source: Omit<Input<'score'>, 'run'>,
): Promise<EvaluationRecord[]> {
  const { store } = context
  const [first] = runs
  const tuned = await Promise.all(runs.map((run) => tunedBy(store, run)))
  const { settings = first.settings, labels = [] } = tuned[0]?.prompt ?? {}
  const examples = await knownExamples(store, call, { ...source, run: first, settings, labels })
  await warnOfLearned(store, call, runs, examples)
  const subjects = [
    { run: first, model: first.model, prompt: undefined, settings: withoutInstruction(settings) },
    ...tuned.map(({ model, prompt }, i) => ({
      ...{ run: runs[i] ?? first, model: model.id },
      ...{ prompt, settings: prompt.settings },
    })),
  ]
  const evaluations = await scoreSubjects(context, call, { labels, examples }, subjects)
  const records: EvaluationRecord[] = []
  for (const [i, evaluation] of evaluations.entries()) {
    const rowsOf = { run: (subjects[i]?.run ?? first).id, dataset: source.dataset, version: source.version }
    const record = await store.transaction((tables) => tables.evaluations.add(rowsOf, evaluation))
    const { subject, headline, metrics, rows } = record
    call.emit({ event: 'evaluation', subject, headline, metrics, rows })
    records.push(record)
  }
  context.changed('runs')
  return records
}

interface Known extends Omit<Input<'score'>, 'run'> {
  readonly run: RunRecord
  readonly settings: RunRecord['settings']
  readonly labels: readonly string[]
}

/** The rows whose labels the prompts know, with a warning where others are left out. */
async function knownExamples(store: Store, call: CallContext, known: Known): Promise<readonly Example[]> {
  const { run, settings, labels, ...source } = known
  const all = await loadExamples(store, { ...source, task: settings.task ?? 'classification' })
  const examples = scoresLabels(settings) ? all.filter(({ label }) => labels.includes(label)) : all
  if (examples.length === 0) throw studioError('run/no-known-labels', run.name, labels)
  if (examples.length < all.length) warn(call, studioError('run/rows-left-out', all.length - examples.length, labels))
  return examples
}

/** Warns of rows whose text, however it is spaced and capitalised, is a training row of one of the runs. */
async function warnOfLearned(
  store: Store,
  call: CallContext,
  runs: readonly RunRecord[],
  examples: readonly Example[],
): Promise<void> {
  const keys = new Set((await Promise.all(runs.map((run) => keysOf(store, run, ['train'])))).flat())
  const learned = examples.filter((example) => keys.has(textKey(example.text))).length
  if (learned > 0) warn(call, studioError('run/rows-learned', learned, examples.length))
}

const warn = ({ emit }: CallContext, { code, message }: { readonly code: string; readonly message: string }): void => {
  emit({ event: 'warning', step: 0, code, message })
}
