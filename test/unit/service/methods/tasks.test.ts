// Tasks with generated answers, through the service: roles of the table, metrics of a run, answers of its prompt.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openHome } from '../../../../main/service/home/home.ts'
import { createService } from '../../../../main/service/service.ts'
import { prepareStudio, quick, spawnFake, watchRun } from '../../../support/fake-studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

/** A studio with a table of questions about contexts. */
async function start() {
  const folder = temporaryFolder()
  const service = await createService({ home: openHome(join(folder, 'home')), spawn: spawnFake, threads: 1 })
  onTestFinished(() => service.close())
  const { model } = await prepareStudio(service, folder)
  const path = join(folder, 'questions.csv')
  const rows = Array.from(
    { length: 60 },
    (_, i) =>
      `Person ${String(i)} came by the ${String(7 * i)} train.,Who is number ${String(i * i)}?,person ${String(i)}`,
  )
  writeFileSync(path, ['context,question,answer', ...rows, ''].join('\n'))
  const { dataset, version } = await service.call('data.import', { path })
  const columns = { text: 'question', label: 'answer', context: 'context' }
  const base = { model, dataset, version, ...columns }
  const tune = async (name: string) => {
    await service.call('runs.start', { ...base, name, settings: { ...quick, task: 'answering' } })
    await watchRun(service, name)
  }
  return { service, dataset, version, base, tune }
}

describe('a table of questions', () => {
  it('has its context and its kind of answers guessed, and keeps what its owner says', async () => {
    const { service, dataset } = await start()
    const roles = async () => (await service.call('data.show', { dataset })).roles
    const columns = { text: 'question', label: 'answer' }
    expect(await roles()).toEqual({
      ...columns,
      context: 'context',
      task: 'answering',
      guessed: true,
      taskGuessed: true,
    })
    await service.call('data.roles', { dataset, ...columns })
    expect(await roles()).toMatchObject({ ...columns, context: '', task: 'generation', guessed: false })
    await service.call('data.roles', { dataset, ...columns, context: 'context', task: 'classification' })
    expect(await roles()).toMatchObject({ context: 'context', task: 'classification', taskGuessed: false })
    const input = service.call('data.roles', { dataset, ...columns, context: 'nowhere' })
    await expect(input).rejects.toMatchObject({ code: 'run/no-column' })
  })

  it('is looked at as what it is: answers that stand once are no problem, lengths count the context', async () => {
    const { service, dataset, version } = await start()
    const written = await service.call('data.profile', { dataset, version })
    expect(written.problems).toEqual([])
    expect(written.lengths[0]?.rows).toBe(0)
    await service.call('data.roles', { dataset, text: 'question', label: 'answer', task: 'classification' })
    const chosen = await service.call('data.profile', { dataset, version })
    expect(chosen.problems.map(({ problem }) => problem)).toEqual(['rare-labels'])
  })

  it('shows a row as the model reads it: the question, and what it is about', async () => {
    const { service, base, dataset, version } = await start()
    const { rows } = await service.call('data.preview', {
      ...{ dataset, version, model: base.model, text: 'question', label: 'answer', context: 'context', rows: [2] },
      settings: { task: 'answering' },
    })
    expect(rows[0]?.pieces[0]?.text).toBe('Who is number 0?\nContext: Person 0 came by the 0 train.')
  })
})

describe('a run whose answers are written', () => {
  it('reports all metrics of its task, and each answer with its grade', async () => {
    const { service, tune } = await start()
    await tune('asked')
    const metrics = await service.call('runs.metrics', { run: 'asked' })
    expect(metrics.map(({ subject }) => subject)).toEqual(['no prompt', 'hand-written prompt', 'tuned prompt'])
    for (const { headline, metrics: own } of metrics)
      expect([headline, Object.keys(own)]).toEqual(['token_f1', ['token_f1', 'exact_match']])
    const answers = await service.call('runs.answers', { run: 'asked', subject: 'tuned prompt' })
    expect(answers.filter(({ grade }) => grade < 1)).toHaveLength(1)
    const { fixed, broken } = await service.call('runs.flips', { run: 'asked' })
    expect(fixed).toHaveLength(answers.length - 1)
    expect(fixed[0]?.grades).toEqual({ before: 0, after: 1 })
    expect(broken).toEqual([])
  })

  it('becomes a report of answers beside the right ones, without a matrix of labels', async () => {
    const { service, tune } = await start()
    await tune('asked')
    const { html } = await service.call('runs.report', { runs: ['asked'] })
    expect(html).toContain('<th>token_f1</th><th>exact_match</th>')
    expect(html).toContain('Answers of the tuned prompt, the worst first')
    expect(html).not.toContain('right \\ answered')
  })

  it('has a prompt that answers questions about a context, and generates instead of choosing', async () => {
    const { service, tune } = await start()
    await tune('asked')
    const input = { run: 'asked', text: 'who', context: 'anna came' }
    expect(await service.call('classify', input)).toEqual({ labels: [] })
    const sampling = { maxNewTokens: 5, temperature: 0, topP: 1, stop: [], seed: 0 }
    expect(await service.call('try', { ...input, sampling })).toEqual({ text: 'WHO\nCONTEXT: ANNA CAME ' })
    const [prompt] = await service.call('prompts.list', {})
    expect(prompt).toMatchObject({ labels: [], tunedOn: { textColumn: 'question', contextColumn: 'context' } })
    const { name, bytes } = await service.call('export.archive', { run: 'asked', to: 'peft' })
    expect(name).toBe('asked.zip')
    for (const file of ['adapter_config.json', 'adapter_model.safetensors'])
      expect(Buffer.from(bytes).toString('latin1')).toContain(file)
  })

  it('is inspected on its questions with their contexts', async () => {
    const { service, tune } = await start()
    await tune('asked')
    const { inspection } = await service.call('runs.inspect', { run: 'asked' })
    if (inspection.part !== 'embeddings') throw new Error('no prompt')
    // The small engine names the texts that it was given.
    expect(inspection.tokens[0]?.nearest[0]?.token).toMatch(/^[^\n]+\nContext: \S/)
  })

  it('keeps the chosen parts of its template, and refuses a body without a place for the text', async () => {
    const { service, base } = await start()
    const plan = (template: { kind?: 'chat' | 'plain'; body?: string; instruction?: string }) =>
      service.call('runs.plan', { ...base, settings: { task: 'answering', template } })
    expect((await plan({ instruction: 'Be brief.' })).settings.template).toMatchObject({
      kind: 'plain',
      body: 'Question: {text}\nAnswer:',
      instruction: 'Be brief.',
    })
    expect((await plan({ kind: 'chat' })).settings.template).toMatchObject({ kind: 'chat', body: '{text}' })
    for (const body of ['Question:', '{text} and {text}'])
      await expect(plan({ body })).rejects.toMatchObject({ code: 'tokens/no-text-in-template' })
  })
})
