// Today's names for what the version of test/fixtures/old-home reported: values stay, and names change here alone.
import type { OldAnswers, OldMetric, OldRun } from './old-home.ts'

/** Keys that have another name today, old to new. */
const keys: Readonly<Record<string, string>> = { heldOut: 'test', written: 'handWritten' }

/** Words that have another name today, by the old key that they stand under. */
const words: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  method: { prefix: 'prefix-tuning', prompt: 'prompt-tuning' },
  subject: { 'written prompt': 'hand-written prompt' },
  rival: { 'written prompt': 'hand-written prompt' },
  factorsOn: { 'held-out': 'test' },
}

const metricNames: Readonly<Record<string, string>> = {
  'macro-F1': 'macro_f1',
  'ROUGE-L': 'rouge_l',
  'exactly right': 'exact_match',
  'right fields': 'field_accuracy',
  'valid JSON': 'valid_json',
  'field n': 'field:n',
  'token F1': 'token_f1',
  'exact match': 'exact_match',
}

/** Sentences are for people to read: their words may change at any time. The others the old version did not report. */
const unread = new Set(['sentence', 'weightsHash', 'targets'])

type Json = Readonly<Record<string, unknown>>

/** A list of figures as metrics by their names, the first of which is the headline. */
function named(figures: readonly OldMetric[]): Json {
  const all = figures.map(({ name, value }) => [metricNames[name] ?? name, value] as const)
  return { headline: all[0]?.[0], metrics: Object.fromEntries(all) }
}

/** All figures of a subject of the run. Prompts of no run here were tuned for classification. */
const figuresOf = (run: OldRun | undefined, subject: unknown): readonly OldMetric[] =>
  run?.metrics?.find((each) => each.subject === subject)?.metrics ??
  ['accuracy', 'macro-F1'].map((name) => ({ name, value: NaN }))

/** What has another shape since metrics have names. `run`: which it belongs to. */
function reshaped(old: Json, run: OldRun | undefined): Json {
  const { accuracy, macroF1, metrics, ...rest } = old
  // `accuracy` and `macroF1` held the first two figures of the run's task, whatever they were called.
  if ('macroF1' in old && 'subject' in old) {
    const own = [accuracy, macroF1] as number[]
    return {
      ...rest,
      ...named(figuresOf(run, old['subject']).map((each, i) => ({ ...each, value: own[i] ?? each.value }))),
    }
  }
  if ('macroF1' in old && 'tuned' in old)
    return { ...rest, headline: named(figuresOf(run, 'tuned prompt'))['headline'] }
  // Its sweeps are of classifications.
  if ('factorsOn' in old) return { ...old, headlines: { early: 'accuracy', test: 'accuracy' } }
  if ('accuracy' in old && 'loss' in old) {
    const { task = 'classification' } = run?.show.run.settings ?? {}
    const headline = task === 'classification' ? 'accuracy' : 'teacher_forced_exact_match'
    return { ...rest, headline, metrics: { [headline]: accuracy } }
  }
  return 'subject' in old && Array.isArray(metrics) ? { ...rest, ...named(metrics as OldMetric[]) } : old
}

/** All old answers in today's names, without sentences. */
export function today(answers: OldAnswers): OldAnswers {
  /** `under`: the key that it stands under. */
  const renamed = (old: unknown, under: string, run: OldRun | undefined): unknown => {
    if (typeof old === 'string') return words[under]?.[old] ?? old
    if (Array.isArray(old)) return old.map((each) => renamed(each, under, run))
    if (old === null || typeof old !== 'object') return old
    const own = 'show' in old ? (old as OldRun) : 'name' in old ? (answers.byRun[String(old.name)] ?? run) : run
    const entry = reshaped({ ...old }, own)
    // A sweep lists a setting beside its values: { setting: 'method', values: [...] }.
    const setting = 'setting' in entry ? String(entry['setting']) : undefined
    const meant = (key: string): string =>
      key === 'values' && setting !== undefined ? setting : key === 'value' ? under : key
    return Object.fromEntries(
      Object.entries(entry)
        .filter(([key]) => !unread.has(key))
        .map(([key, value]) => [keys[key] ?? key, renamed(value, meant(key), own)]),
    )
  }
  return renamed(answers, '', undefined) as OldAnswers
}

/** What the contract answers now, as `today` has it: without sentences, and as JSON keeps it. */
export function asRecorded(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer, (key, value: unknown) => (unread.has(key) ? undefined : value)))
}
