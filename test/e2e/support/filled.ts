// A studio that has been used for a while: the sample, the tiny model, and finished runs on both.
import type { RunningStudio } from './studio.ts'

export interface Filled {
  readonly dataset: number
  /** Names of the finished runs. */
  readonly runs: readonly string[]
}

/** A few real steps each: what they learn does not matter here. */
export async function fill(studio: RunningStudio, names: readonly string[] = ['First try']): Promise<Filled> {
  const model = await studio.addTinyModel()
  const { dataset, version } = await studio.call('data.sample', {})
  const { roles } = await studio.call('data.show', { dataset })
  const { text, label } = roles
  for (const [seed, name] of names.entries()) {
    const settings = { steps: 6, tokens: 4, validateEvery: 2, seed }
    await studio.call('runs.start', { name, model, dataset, version, text, label, settings, heldOut: 60 })
    await studio.call('runs.watch', { run: name })
  }
  return { dataset, runs: names }
}
