// A database on a real file with a data set and a run in it.
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { TuneSettings } from '../../main/contract/settings.ts'
import { openStore, type Store } from '../../main/engine/store/store.ts'
import { smallConfig } from './small-config.ts'
import { temporaryFolder } from './temporary.ts'

export const settings: TuneSettings = {
  method: 'prefix-tuning',
  placement: 'after-text',
  tokens: 2,
  init: 'random',
  initText: '',
  tail: 1,
  loss: 'labels',
  template: { kind: 'plain', body: 'Text: {text}\nAnswer:', instruction: '', answerPrefix: ' ' },
  steps: 10,
  batch: 2,
  learningRate: 0.05,
  weightDecay: 0,
  clip: 1,
  schedule: 'cosine',
  warmup: 0,
  seed: 7,
  validateEvery: 5,
  patience: 0,
  maxTokens: 64,
}

export async function open(folder = temporaryFolder()): Promise<{ store: Store; path: string }> {
  const path = join(folder, 'studio.db')
  const store = await openStore(path)
  onTestFinished(() => store.close())
  return { store, path }
}

export async function withDataset(store: Store) {
  const dataset = await store.datasets.add({ name: 'mail', source: 'mail.csv', hash: 'h1', columns: ['text', 'label'] })
  const version = await store.datasets.begin(dataset.id, { kind: 'import', description: '' })
  await store.rows.insert(
    version,
    [1, 2, 3].map((row) => ({ row, cells: [`text ${String(row)}`, 'a'] })),
  )
  await store.datasets.complete(version, { used: 3, excluded: 0, trash: 0 })
  return { dataset, version }
}

export async function withRun(store: Store) {
  const { dataset } = await withDataset(store)
  const model = await store.models.put({
    name: 'tiny',
    hash: 'm1',
    source: '/tiny.gguf',
    folder: '/cache',
    family: 'llama',
    licence: undefined,
    prepared: Uint8Array.of(1, 2),
    config: smallConfig,
  })
  const task = await store.tasks.put({
    dataset: dataset.id,
    kind: 'classification',
    textColumn: 'text',
    labelColumn: 'label',
    contextColumn: '',
    labels: ['a', 'b'],
  })
  const split = { train: [1], validation: [2], test: [3] }
  const run = await store.runs.add({
    name: undefined,
    task: task.id,
    model: model.id,
    dataset: dataset.id,
    version: 1,
    settings,
    split,
  })
  return { dataset, model, task, run, split }
}
