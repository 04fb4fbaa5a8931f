// Today's names for what the version of test/fixtures/old-home reported: values stay, and names change here alone.

/** Keys that have another name today, old to new. */
const keys: Readonly<Record<string, string>> = { heldOut: 'test', written: 'handWritten' }

/** Words that have another name today, by the old key that they stand under. */
const words: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  method: { prefix: 'prefix-tuning', prompt: 'prompt-tuning' },
  subject: { 'written prompt': 'hand-written prompt' },
  rival: { 'written prompt': 'hand-written prompt' },
  factorsOn: {},
  /** Of runs.metrics: accuracy, macro-F1, ROUGE-L, exactly right, right fields, valid JSON, field n, token F1, exact match. */
  metric: {},
}

/** Figures of one subject, where they have another shape today. */
const figures = ({ accuracy, macroF1, ...rest }: Record<string, unknown>): Record<string, unknown> => ({
  ...rest,
  accuracy,
  macroF1,
})

/** Sentences are for people to read: their words may change at any time. */
const unread = new Set(['sentence'])

/** An old answer in today's names. `under`: the key that it stands under. */
export function today(old: unknown, under = ''): unknown {
  if (typeof old === 'string') return words[under]?.[old] ?? old
  if (Array.isArray(old)) return old.map((each) => today(each, under))
  if (old === null || typeof old !== 'object') return old
  const entry = 'macroF1' in old && 'subject' in old ? figures({ ...old }) : old
  // A sweep lists a setting beside its values: { setting: 'method', values: [...] }.
  const setting = 'setting' in entry ? String(entry.setting) : undefined
  const meant = (key: string): string => {
    if (key === 'values' && setting !== undefined) return setting
    if (key === 'value') return under
    return key === 'name' && under === 'metrics' ? 'metric' : key
  }
  return Object.fromEntries(
    Object.entries(entry)
      .filter(([key]) => !unread.has(key))
      .map(([key, value]) => [keys[key] ?? key, today(value, meant(key))]),
  )
}

/** What the contract answers now, as `today` has it: without sentences, and as JSON keeps it. */
export function asRecorded(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer, (key, value: unknown) => (unread.has(key) ? undefined : value)))
}
