// A home folder with a model file and a table, and the small engine of fake-compute.ts behind a real service.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Input, Studio, StudioEvent } from '../../main/contract/service.ts'
import { forkCompute, type SpawnCompute } from '../../main/service/compute/child.ts'

export const fakeEntry = fileURLToPath(new URL('fake-compute.ts', import.meta.url))

export const spawnFake: SpawnCompute = forkCompute(fakeEntry)

/** Writes the two files into a folder; gives their paths. */
export function writeInputs(folder: string): { readonly model: string; readonly data: string } {
  const model = join(folder, 'tiny.gguf')
  const data = join(folder, 'mail.csv')
  writeFileSync(model, 'not a model, but the test engine needs none')
  const labels = ['billing', 'delivery', 'praise']
  const rows = Array.from({ length: 60 }, (_, i) => `message number ${String(i)},${labels[i % 3] ?? ''}`)
  writeFileSync(data, ['text,label', ...rows, ''].join('\n'))
  return { model, data }
}

/** Adds the model and the table to the studio; gives what a run needs to start. */
export async function prepareStudio(studio: Studio, folder: string): Promise<Omit<Input<'runs.start'>, 'settings'>> {
  const inputs = writeInputs(folder)
  const model = await studio.call('models.add', { path: inputs.model })
  const { dataset, version } = await studio.call('data.import', { path: inputs.data })
  return { model: model.name, dataset, version, text: 'text', label: 'label' }
}

/** Short runs with a checkpoint every five steps, whose rows are split once. */
export const quick = { steps: 20, tokens: 2, seed: 3, learningRate: 0.1, init: 'random', folds: 0 } as const

/** Collects a run's events until it ends. */
export async function watchRun(
  studio: Studio,
  run: string,
  onEvent?: (event: StudioEvent) => void,
): Promise<StudioEvent[]> {
  const events: StudioEvent[] = []
  await studio.call(
    'runs.watch',
    { run },
    {
      onEvent: (event) => {
        events.push(event)
        onEvent?.(event)
      },
    },
  )
  return events
}
