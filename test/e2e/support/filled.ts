// A studio that has been used for a while: the sample, the tiny model, and finished runs on both.
import type { RunningStudio } from './studio.ts'

export interface Filled {
  readonly dataset: number
  readonly model: string
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
    await studio.call('runs.start', { name, model, dataset, version, text, label, settings, test: 60 })
    await studio.call('runs.watch', { run: name })
  }
  return { dataset, model, runs: names }
}

/** What a sweep takes, on what the studio was filled with. */
const swept = async (studio: RunningStudio, { dataset, model }: Filled) => {
  const { version, roles } = await studio.call('data.show', { dataset })
  const { text, label } = roles
  return { models: [model], dataset, version, text, label, test: 60, seeds: 2, halving: false }
}

/** A sweep over two values with two seeds each. */
export async function sweepOver(studio: RunningStudio, filled: Filled): Promise<void> {
  await studio.call('sweeps.start', {
    name: 'Which tokens',
    ...(await swept(studio, filled)),
    settings: { steps: 4, validateEvery: 2, duel: false },
    vary: { tokens: [2, 4] },
  })
  await studio.call('sweeps.watch', { sweep: 'Which tokens' })
}

/** Three methods with two seeds each. */
export async function compareMethods(studio: RunningStudio, filled: Filled): Promise<void> {
  await studio.call('sweeps.start', {
    name: 'Which method',
    ...(await swept(studio, filled)),
    settings: { steps: 4, validateEvery: 2 },
    vary: { method: ['prefix-tuning', 'tail-ia3', 'lora'] },
  })
  await studio.call('sweeps.watch', { sweep: 'Which method' })
}
