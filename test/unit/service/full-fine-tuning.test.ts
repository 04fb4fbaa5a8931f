// A run whose result is a model of its own, through the service and the real compute process: used, tuned on, exported, removed.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { GivenSettings } from '../../../main/contract/settings.ts'
import { processHost } from '../../../main/hosts/cli/host.ts'
import { prepareModel } from '../../../main/engine/model/prepare.ts'
import { forkCompute } from '../../../main/service/compute/child.ts'
import { openHome } from '../../../main/service/home/home.ts'
import { createService, type Service } from '../../../main/service/service.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { tinyFolder } from '../../support/tiny.ts'

const labels = ['billing', 'delivery', 'praise']
const full = { method: 'full-fine-tuning', steps: 20, batch: 8, learningRate: 2e-3, validateEvery: 10 } as const

async function studio() {
  const folder = temporaryFolder()
  const home = openHome(join(folder, 'home'))
  const service = await createService({ home, spawn: forkCompute(processHost.compute), threads: 1 })
  onTestFinished(() => service.close())
  await service.call('models.add', { path: tinyFolder('llama'), name: 'tiny' })
  const data = join(folder, 'mail.csv')
  const rows = Array.from(
    { length: 60 },
    (_, i) => `message number ${String(i)} about ${labels[i % 3] ?? ''},${labels[i % 3] ?? ''}`,
  )
  writeFileSync(data, ['text,label', ...rows, ''].join('\n'))
  const { dataset, version } = await service.call('data.import', { path: data })
  return { folder, home, service, rows: { dataset, version, text: 'text', label: 'label' } }
}

type Opened = Awaited<ReturnType<typeof studio>>

async function ran({ service, rows }: Opened, name: string, settings: GivenSettings, model = 'tiny') {
  await service.call('runs.start', { ...rows, model, name, settings })
  return service.call('runs.watch', { run: name })
}

const inState = (service: Service, run: string) => service.call('runs.show', { run })

describe('a fully fine-tuned model', () => {
  it(
    'is listed under its run’s name, answers, is tuned on further and exported; what is only for prompts says so',
    { timeout: 180_000 },
    async () => {
      const opened = await studio()
      const { folder, home, service, rows } = opened
      const plan = await service.call('runs.plan', { ...rows, model: 'tiny', settings: full })
      expect(plan.settings).toMatchObject({
        optimiser: 'adamw-8bit',
        precision: 'float32',
        tokens: 0,
        placement: 'start',
      })
      expect(plan.needs?.memory).toBeGreaterThan(1e6)
      expect(plan.because).toBe('')
      expect(await ran(opened, 'mail', full)).toMatchObject({ state: 'finished' })

      const models = await service.call('models.list', {})
      const made = models.find(({ name }) => name === 'mail')
      expect(made).toMatchObject({ base: 'tiny', family: 'llama', runs: 0 })
      expect(made?.bytes).toBeGreaterThan(0)
      const details = await inState(service, 'mail')
      expect(details).toMatchObject({ model: { name: 'tiny', base: undefined }, made: { name: 'mail' } })
      expect(details.evaluations.map(({ subject }) => subject)).toEqual([
        'tuned prompt',
        'no prompt',
        'hand-written prompt',
        'word count',
        'linear probe',
      ])
      expect(readdirSync(home.runs)).toEqual([])
      const [shared] = await service.call('prompts.list', {})
      expect(shared).toMatchObject({ name: 'mail', modelName: 'tiny', made: { name: 'mail', folder: made?.folder } })

      // The tuned one is the model that was made; no prompt is the base model.
      const text = 'message about delivery'
      const [tuned, alone] = [
        await service.call('classify', { run: 'mail', text }),
        await service.call('classify', { run: 'mail', text, speaker: { by: 'nothing' } }),
      ]
      expect(tuned).not.toEqual(alone)
      const sampling = { temperature: 0, topP: 1, seed: 0 }
      expect((await service.call('try', { run: 'mail', text, sampling })).text).toEqual(expect.any(String))
      const scored = await service.call('score', { ...rows, run: 'mail' })
      expect(scored.map(({ subject }) => subject)).toEqual(['no prompt', 'tuned prompt'])
      expect((await service.call('runs.verdict', { run: 'mail' })).sentence).toMatch(/\w/)

      await expect(service.call('runs.inspect', { run: 'mail' })).rejects.toMatchObject({ code: 'run/no-tokens' })
      await expect(service.call('export.archive', { run: 'mail', to: 'bundle' })).rejects.toMatchObject({
        code: 'export/is-model',
      })
      const target = join(folder, 'taken away')
      await expect(service.call('export', { run: 'mail', to: 'peft', folder: target })).rejects.toMatchObject({
        code: 'export/is-model',
      })
      const { files } = await service.call('export', { run: 'mail', to: 'transformers', folder: target })
      expect(files.toSorted()).toEqual(
        readdirSync(target)
          .filter((name) => !name.startsWith('.'))
          .sort(),
      )
      expect(readFileSync(join(target, 'README.md'), 'utf8')).toMatch(
        /^---\nbase_model: "tiny"\nlibrary_name: transformers/,
      )
      // A copy has the same identity, and takes the place of the same copy only.
      expect((await prepareModel(target, join(folder, 'cache'), { name: 'x' })).hash).toBe(made?.hash)
      await service.call('export', { run: 'mail', to: 'transformers', folder: target })
      writeFileSync(join(target, 'model.safetensors'), 'changed')
      await expect(service.call('export', { run: 'mail', to: 'transformers', folder: target })).rejects.toMatchObject({
        code: 'export/changed-file',
      })

      // Tuned on: by a prompt, and fully once more.
      expect(await ran(opened, 'prompt', { steps: 6, tokens: 4 }, 'mail')).toMatchObject({ state: 'finished' })
      expect(await ran(opened, 'further', { ...full, steps: 6 }, 'mail')).toMatchObject({ state: 'finished' })
      expect((await service.call('models.list', {})).find(({ name }) => name === 'further')).toMatchObject({
        base: 'mail',
      })
      await expect(
        service.call('export', { run: 'prompt', to: 'transformers', folder: join(folder, 'other') }),
      ).rejects.toMatchObject({
        code: 'export/is-prompt',
      })

      // Its runs keep it; a run that is discarded takes its model along.
      await expect(service.call('models.remove', { model: 'mail' })).rejects.toMatchObject({
        code: 'studio/model-in-use',
      })
      await expect(service.call('runs.discard', { run: 'mail' })).rejects.toMatchObject({ code: 'studio/model-in-use' })
      for (const run of ['prompt', 'further', 'mail']) await service.call('runs.discard', { run })
      expect((await service.call('models.list', {})).map(({ name }) => name)).toEqual(['tiny'])
      expect(existsSync(made?.folder ?? '')).toBe(false)
      expect(readdirSync(home.models)).toEqual([])
    },
  )

  it('that was removed leaves its run, which says so', { timeout: 120_000 }, async () => {
    const opened = await studio()
    const { service } = opened
    await ran(opened, 'mail', { ...full, steps: 4, duel: false })
    await service.call('models.remove', { model: 'mail' })
    expect(await service.call('prompts.list', {})).toEqual([])
    await expect(service.call('classify', { run: 'mail', text: 'x' })).rejects.toMatchObject({
      code: 'run/model-removed',
    })
    expect((await inState(service, 'mail')).made).toBeUndefined()
    await service.call('runs.discard', { run: 'mail' })
  })

  it(
    'is not there before the run has ended: a stopped run keeps its files and resumes, a discarded one leaves none',
    { timeout: 120_000 },
    async () => {
      const opened = await studio()
      const { home, service, rows } = opened
      const settings = { ...full, steps: 3000, validateEvery: 1000 }
      await service.call('runs.start', { ...rows, model: 'tiny', name: 'long', settings })
      const stepped = Promise.withResolvers<undefined>()
      const watching = service.call(
        'runs.watch',
        { run: 'long' },
        {
          onEvent: (event) => {
            if (event.event === 'step' && event.step === 15) stepped.resolve(undefined)
          },
        },
      )
      await stepped.promise
      expect(await service.call('runs.stop', { run: 'long' })).toMatchObject({ state: 'stopped' })
      await watching
      await expect(service.call('classify', { run: 'long', text: 'x' })).rejects.toMatchObject({
        code: 'run/no-prompt',
      })
      const [state = ''] = readdirSync(home.runs)
      expect(readdirSync(join(home.runs, state)).some((name) => name.startsWith('optimiser-'))).toBe(true)
      expect((await service.call('models.list', {})).map(({ name }) => name)).toEqual(['tiny'])
      await service.call('runs.resume', { run: 'long' })
      await service.call('runs.discard', { run: 'long' })
      expect(readdirSync(home.runs)).toEqual([])
      expect(existsSync(home.models) ? readdirSync(home.models) : []).toEqual([])
    },
  )

  it('needs float32 weights', { timeout: 60_000 }, async () => {
    const { service, rows } = await studio()
    const planned = { ...rows, model: 'tiny', settings: { ...full, precision: 'int8' as const } }
    await expect(service.call('runs.plan', planned)).rejects.toMatchObject({ code: 'tuning/precision' })
  })
})
