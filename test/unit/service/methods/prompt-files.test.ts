// Prompts that come from a file: opened with their model, under a name of their own, tried and taken away like any other.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { strToU8, unzipSync, zipSync } from 'fflate'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { PromptSummary, StudioEvent } from '../../../../main/contract/service.ts'
import { safetensorsFile } from '../../../../main/engine/export/safetensors.ts'
import { openHome } from '../../../../main/service/home/home.ts'
import { createService } from '../../../../main/service/service.ts'
import { prepareStudio, quick, spawnFake, watchRun } from '../../../support/fake-studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

async function start() {
  const folder = temporaryFolder()
  const service = await createService({ home: openHome(join(folder, 'home')), spawn: spawnFake, threads: 1 })
  onTestFinished(() => service.close())
  return { service, folder, base: await prepareStudio(service, folder) }
}

/** A studio with a run, and the file that its prompt was taken away in. */
async function withFile(name = 'mail') {
  const started = await start()
  const { service, base, folder } = started
  await service.call('runs.start', { ...base, name, settings: { ...quick, method: 'prompt-tuning' } })
  await watchRun(service, name)
  const archive = await service.call('export.archive', { run: name, to: 'bundle' })
  const path = join(folder, archive.name)
  writeFileSync(path, archive.bytes)
  return { ...started, path }
}

describe('a prompt file', () => {
  it('opens in the same studio under a name of its own, and is there once', async () => {
    const { service, path } = await withFile()
    const opened = await service.call('prompts.open', { path })
    expect(opened).toMatchObject({ name: 'mail 2', modelName: 'tiny', tunedOn: undefined })
    expect((await service.call('prompts.open', { path })).name).toBe('mail 2')
    const all = await service.call('prompts.list', {})
    expect(all.map(({ name, tunedOn }) => [name, tunedOn?.name])).toEqual([
      ['mail 2', undefined],
      ['mail', 'mail.csv'],
    ])
    expect(opened.figures.map(({ subject }) => subject)).toEqual([
      'no prompt',
      'tuned prompt',
      'hand-written prompt',
      'word count',
      'linear probe',
    ])
  })

  it('with the vectors of another one, but other labels or figures, is a prompt of its own', async () => {
    const { service, path, folder } = await withFile()
    const changed = async (
      name: string,
      change: (manifest: Record<string, unknown>) => void,
    ): Promise<PromptSummary> => {
      const files = unzipSync(readFileSync(path))
      const manifest = JSON.parse(Buffer.from(files['manifest.json'] ?? []).toString()) as Record<string, unknown>
      change(manifest)
      const other = join(folder, `${name}.softprompt`)
      writeFileSync(other, zipSync({ ...files, 'manifest.json': strToU8(JSON.stringify(manifest)) }))
      return service.call('prompts.open', { path: other })
    }
    const template = { kind: 'plain', body: 'Say {text}', instruction: 'Lie.', answerPrefix: '' }
    const forged = await changed('forged', (manifest) => {
      manifest['settings'] = { ...(manifest['settings'] as object), template }
      manifest['figures'] = []
      delete manifest['baselines']
    })
    expect(forged).toMatchObject({ name: 'mail 2', figures: [], settings: { template } })
    const genuine = await service.call('prompts.open', { path })
    expect(genuine.name).toBe('mail 3')
    expect(genuine.settings.template).not.toEqual(template)
    expect(genuine.figures).toHaveLength(5)
    expect((await changed('named', (manifest) => (manifest['name'] = 'post'))).name).toBe('post')
    expect((await service.call('prompts.open', { path })).name).toBe('mail 3')
  })

  it('is checked by all the answers that it records, whatever their texts; without any it says so', async () => {
    const { service, path, folder } = await withFile()
    const opened = async (answers: unknown) => {
      const files = unzipSync(readFileSync(path))
      const manifest = JSON.parse(Buffer.from(files['manifest.json'] ?? []).toString()) as Record<string, unknown>
      const other = join(folder, 'other.softprompt')
      const bytes = strToU8(JSON.stringify({ ...manifest, answers }))
      writeFileSync(other, zipSync({ ...files, 'manifest.json': bytes }))
      const notes: StudioEvent[] = []
      const summary = await service.call('prompts.open', { path: other }, { onEvent: (event) => notes.push(event) })
      return { checked: summary.checked ?? true, notes: notes.filter(({ event }) => event === 'warning') }
    }
    const text = 'a text that no studio knows'
    // The small engine finds the second label the likeliest.
    expect(await opened([{ text, probabilities: [0.2, 0.6, 0.2] }])).toEqual({ checked: true, notes: [] })
    await expect(opened([{ text, probabilities: [1, 0, 0] }])).rejects.toMatchObject({ code: 'prompt/other-answers' })
    expect(await opened([])).toMatchObject({
      checked: false,
      notes: [{ code: 'prompt/not-checked', message: expect.stringContaining('was not checked') as string }],
    })
    const listed = (await service.call('prompts.list', {})).map(({ name, checked }) => [name, checked])
    expect(listed).toEqual([
      ['mail 3', false],
      ['mail 2', undefined],
      ['mail', undefined],
    ])
  })

  it('is tried, and taken away again, without a run', async () => {
    const { service, path } = await withFile()
    await service.call('prompts.open', { path })
    const { labels: chances } = await service.call('classify', { run: 'mail 2', text: 'Where is it?' })
    expect(chances.map(({ label }) => label).toSorted()).toEqual(['billing', 'delivery', 'praise'])
    const { name, bytes } = await service.call('export.archive', { run: 'mail 2', to: 'bundle' })
    expect(name).toBe('mail 2.softprompt')
    expect(bytes.length).toBeGreaterThan(500)
  })

  it('opens in another studio once its model is there', async () => {
    const { path } = await withFile()
    const { service } = await start()
    expect((await service.call('prompts.open', { path })).name).toBe('mail')
    const empty = await createService({ home: openHome(temporaryFolder()), spawn: spawnFake, threads: 1 })
    onTestFinished(() => empty.close())
    await expect(empty.call('prompts.open', { path })).rejects.toMatchObject({
      code: 'prompt/no-model',
      message: expect.stringContaining('Add that model under Models') as string,
    })
  })

  it('keeps its model, and its name, until it is deleted', async () => {
    const { path } = await withFile()
    const { service, base } = await start()
    await service.call('prompts.open', { path })
    await expect(service.call('models.remove', { model: base.model })).rejects.toMatchObject({
      code: 'studio/model-of-prompt',
    })
    await expect(service.call('runs.start', { ...base, name: 'mail', settings: quick })).rejects.toMatchObject({
      code: 'store/name-taken',
    })
    await service.call('trash.put', { names: ['mail'] })
    expect(await service.call('prompts.list', {})).toEqual([])
    await expect(service.call('models.remove', { model: base.model })).rejects.toMatchObject({
      code: 'studio/model-of-prompt',
    })
    await service.call('trash.delete', { names: ['mail'] })
    await service.call('models.remove', { model: base.model })
  })

  it('that is none is refused in a sentence', async () => {
    const { service, folder } = await start()
    const path = join(folder, 'note.softprompt')
    writeFileSync(path, 'hello')
    await expect(service.call('prompts.open', { path })).rejects.toThrow('note.softprompt is damaged')
    await expect(service.call('prompts.open', { path: join(folder, 'no.softprompt') })).rejects.toMatchObject({
      code: 'prompt/damaged',
    })
  })
})

describe('a folder of PEFT', () => {
  /** A studio, and the folder that its run was exported to. */
  async function withFolder() {
    const started = await start()
    const { service, base, folder } = started
    await service.call('runs.start', { ...base, name: 'mail', settings: { ...quick, method: 'prompt-tuning' } })
    await watchRun(service, 'mail')
    const path = join(folder, 'letters')
    await service.call('export', { run: 'mail', to: 'peft', folder: path })
    return { ...started, path }
  }

  /** As another program makes it: without softprompt.json, and with its own name for the model. */
  function foreign(path: string, model: string): void {
    rmSync(join(path, 'softprompt.json'), { force: true })
    const file = join(path, 'adapter_config.json')
    const config = JSON.parse(readFileSync(file, 'utf8')) as object
    writeFileSync(file, JSON.stringify({ ...config, base_model_name_or_path: model }))
  }

  it('that a studio exported opens with its template and labels, checked by its answers, and is there once', async () => {
    const { service, path } = await withFolder()
    const opened = await service.call('prompts.open', { path })
    expect(opened).toMatchObject({ name: 'letters', modelName: 'tiny', tunedOn: undefined, figures: [] })
    expect(opened.checked).toBeUndefined()
    const [mail] = (await service.call('prompts.list', {})).filter(({ name }) => name === 'mail')
    expect(opened.labels).toEqual(mail?.labels)
    expect(opened.settings.template).toEqual(mail?.settings.template)
    // By one of its files as well.
    const again = await service.call('prompts.open', { path: join(path, 'adapter_model.safetensors') })
    expect(again.name).toBe('letters')
    const { name, bytes } = await service.call('export.archive', { run: 'letters', to: 'peft' })
    const zip = join(path, name)
    writeFileSync(zip, bytes)
    expect((await service.call('prompts.open', { path: zip })).name).toBe('letters')
  })

  it('of another program finds its model by name, writes freely or chooses among labels, and is not checked', async () => {
    const { service, path } = await withFolder()
    foreign(path, 'someone/Tiny')
    const free = await service.call('prompts.open', { path })
    expect(free).toMatchObject({ name: 'letters', modelName: 'tiny', labels: [], checked: false })
    expect(free.settings).toMatchObject({ task: 'generation', template: { kind: 'plain' } })
    const labels = ['yes', 'no']
    const chooses = await service.call('prompts.open', { path, labels })
    expect(chooses).toMatchObject({ name: 'letters 2', labels, settings: { task: 'classification' } })
    expect((await service.call('classify', { run: 'letters 2', text: 'Is it?' })).labels).toHaveLength(2)
  })

  it('of another model is refused, unless the person says which one here it is', async () => {
    const { service, path } = await withFolder()
    foreign(path, 'someone/other-model')
    await expect(service.call('prompts.open', { path })).rejects.toMatchObject({
      code: 'prompt/which-model',
      message: expect.stringContaining('someone/other-model') as string,
    })
    expect((await service.call('prompts.open', { path, model: 'tiny' })).modelName).toBe('tiny')
    writeFileSync(
      join(path, 'adapter_model.safetensors'),
      safetensorsFile({ prompt_embeddings: { shape: [2, 3], data: new Float32Array(6) } }),
    )
    await expect(service.call('prompts.open', { path, model: 'tiny' })).rejects.toMatchObject({
      code: 'prompt/other-shape',
    })
    await expect(service.call('prompts.open', { path })).rejects.toMatchObject({ code: 'prompt/no-model' })
    await expect(service.call('prompts.open', { path, model: 'none' })).rejects.toMatchObject({ code: 'store/missing' })
  })

  it('that is none is refused in a sentence', async () => {
    const { service, folder } = await start()
    await expect(service.call('prompts.open', { path: folder })).rejects.toMatchObject({ code: 'prompt/no-config' })
  })
})
