// A studio that is to be asked a lot: two prompts and a writer on its shelf, over the tiny model, and what each answers by itself.
import { join } from 'node:path'
import type { Studio } from '../../main/contract/service.ts'
import { writeRows } from '../../test/support/make-rows.ts'
import { tinyFolder } from '../../test/support/tiny.ts'

/** Names on the shelf: those that choose, and the one that writes. */
export const choosers = ['first', 'second'] as const
export const writer = 'writer'
/** Tokens that the writer writes. */
export const writtenTokens = 12

export async function fillShelf(studio: Studio, folder: string): Promise<void> {
  const table = join(folder, 'rows.csv')
  await writeRows(table, 300)
  const { dataset, version } = await studio.call('data.import', { path: table })
  const { name: model } = await studio.call('models.add', { path: tinyFolder('llama'), name: 'tiny' })
  const base = { model, dataset, version, text: 'text', label: 'label', test: 60 }
  const quick = { steps: 30, tokens: 4, validateEvery: 10, duel: false } as const
  for (const [name, settings] of [
    [choosers[0], quick],
    [choosers[1], { ...quick, seed: 7, tokens: 6 }],
    [writer, { ...quick, steps: 4, validateEvery: 0, task: 'generation' as const }],
  ] as const) {
    await studio.call('runs.start', { ...base, name, settings })
    const { state, error } = await studio.call('runs.watch', { run: name })
    if (state !== 'finished') throw new Error(`Run ${name} is ${state}: ${error ?? ''}`)
    await studio.call('shelf.put', { prompt: name })
  }
}

export interface Offline {
  /** The probability of each label. */
  probabilities(prompt: string, text: string): ReadonlyMap<string, number>
  written(text: string): string
}

/** What Try answers to each text, which programs must get too. */
export async function answeredOffline(studio: Studio, texts: readonly string[]): Promise<Offline> {
  const chosen = new Map<string, ReadonlyMap<string, number>>()
  const wrote = new Map<string, string>()
  for (const text of texts) {
    for (const run of choosers) {
      const { labels } = await studio.call('classify', { run, text })
      chosen.set(JSON.stringify([run, text]), new Map(labels.map(({ label, probability }) => [label, probability])))
    }
    const sampling = { temperature: 0, topP: 1, seed: 0, maxNewTokens: writtenTokens }
    wrote.set(text, (await studio.call('try', { run: writer, text, sampling })).text)
  }
  return {
    probabilities: (prompt, text) => chosen.get(JSON.stringify([prompt, text])) ?? new Map(),
    written: (text) => wrote.get(text) ?? '',
  }
}
