// What was answered under a name today, in words.
import type { AnsweredToday } from '../../../../main/contract/service.ts'
import { t } from '../../strings/index.ts'
import { count } from '../../ui/format.ts'

/** Labels that are named; the rest is counted. */
const NAMED = 4

/** "412 answers: billing 210, delivery 150, praise 52"; all versions together. */
export function today(item: string, answered: readonly AnsweredToday[]): string {
  const labels = new Map<string, number>()
  for (const own of answered)
    if (own.item === item)
      for (const { label, answers } of own.labels) labels.set(label, (labels.get(label) ?? 0) + answers)
  const all = [...labels.values()].reduce((sum, answers) => sum + answers, 0)
  if (all === 0) return t.shelf.noneToday
  const named = [...labels].filter(([label]) => label !== '').sort(([, a], [, b]) => b - a)
  const shown = named.slice(0, NAMED).map(([label, answers]) => `${label} ${count(answers)}`)
  const words = t.shelf.answers(all, count(all))
  return shown.length === 0
    ? words
    : words + t.shelf.byLabel([...shown, ...(named.length > NAMED ? ['…'] : [])].join(', '))
}
