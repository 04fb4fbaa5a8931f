// What came of runs: verdicts, confusion, answers, flips and reports, on runs of a small real engine.
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { unzipSync } from 'fflate'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Input } from '../../../../main/contract/service.ts'
import type { GivenSettings } from '../../../../main/contract/settings.ts'
import { openHome } from '../../../../main/service/home/home.ts'
import { createService } from '../../../../main/service/service.ts'
import { prepareStudio, quick, spawnFake, watchRun } from '../../../support/fake-studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

/** The engine answers 'billing' without a prompt; with one it is wrong on its first test row only. */
const start = (...names: string[]) => startWith(quick, ...names)

async function startWith(settings: GivenSettings, ...names: string[]) {
  const folder = temporaryFolder()
  const service = await createService({ home: openHome(join(folder, 'home')), spawn: spawnFake, threads: 1 })
  onTestFinished(() => service.close())
  const base = await prepareStudio(service, folder)
  for (const name of names) {
    await service.call('runs.start', { ...base, name, settings })
    await watchRun(service, name)
  }
  return { service, base, database: join(folder, 'home', 'studio.db') }
}

describe('a finished run', () => {
  it('is compared with no prompt in a sentence, and with another run on the same rows', async () => {
    const { service } = await start('first', 'second')
    const verdict = await service.call('runs.verdict', { run: 'first' })
    expect(verdict).toMatchObject({ kind: 'better', rows: 15 })
    expect(verdict.sentence).toMatch(
      /^Better: \d+ % against \d+ % without a prompt, \+\d+ points \(95 % interval .*, 15 rows\)\.$/,
    )
    const handWritten = await service.call('runs.verdict', { run: 'first', rival: 'hand-written prompt' })
    expect(handWritten).toMatchObject({ kind: 'better', rival: 'hand-written prompt', other: verdict.other })
    const same = await service.call('runs.verdict', { run: 'first', against: 'second' })
    expect(same).toMatchObject({ kind: 'cannot tell', difference: 0, rows: 15 })
  })

  it('is compared with the strongest of its rivals, and says so where words alone do as well', async () => {
    const { service } = await startWith({ ...quick, initText: 'words suffice' }, 'mine')
    const verdict = await service.call('runs.verdict', { run: 'mine' })
    expect(verdict).toMatchObject({ kind: 'cannot tell', rival: 'word count', difference: 0 })
    expect(verdict.sentence).toMatch(/^Cannot tell yet: 93 % against 93 % by a word count, 0 points/)
    expect(verdict.remark).toBe(
      'A word count does as well, as far as 15 test rows can tell (93 %): this task may not need a language model.',
    )
    // The remark holds whichever rival is asked for, but not beside another run.
    expect(await service.call('runs.verdict', { run: 'mine', rival: 'no prompt' })).toMatchObject({
      kind: 'better',
      remark: verdict.remark,
    })
    const { html } = await service.call('runs.report', { runs: ['mine'] })
    expect(html).toContain('this task may not need a language model')
    expect(html).toContain('<td>Word count</td>')
    expect(html).toContain('It uses no language model at all.')
    const probe = await service.call('runs.verdict', { run: 'mine', rival: 'linear probe' })
    expect(probe.sentence).toMatch(/% by a linear probe, /)
  })

  it('is compared as before where no baseline was evaluated, as of earlier versions', async () => {
    const { service, database } = await startWith({ ...quick, initText: 'words suffice' }, 'mine')
    new Database(database).exec(`DELETE FROM evaluations WHERE subject IN ('word count', 'linear probe')`)
    const verdict = await service.call('runs.verdict', { run: 'mine' })
    expect(verdict).toMatchObject({ kind: 'better', rival: 'no prompt' })
    expect(verdict).not.toHaveProperty('remark')
    const [summary] = await service.call('runs.list', {})
    expect(summary).toMatchObject({ noPrompt: verdict.other, handWritten: verdict.other, tuned: verdict.tuned })
    expect(summary).not.toHaveProperty('wordCount')
    const none = { run: 'mine', rival: 'word count' as const }
    await expect(service.call('runs.verdict', none)).rejects.toMatchObject({ code: 'run/not-scored' })
  })

  it('has a confusion matrix whose cells are its answers, with the texts of the version it pinned', async () => {
    const { service, base } = await start('mine')
    const { labels, counts } = await service.call('runs.confusion', { run: 'mine', subject: 'no prompt' })
    expect(labels).toEqual(['billing', 'delivery', 'praise'])
    expect(counts.flat().reduce((sum, rows) => sum + rows)).toBe(15)
    expect(counts.map(([, ...others]) => others)).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ])
    const cell = { run: 'mine', subject: 'no prompt' as const, label: 'praise', predicted: 'billing' }
    const answers = await service.call('runs.answers', cell)
    expect(answers).toHaveLength(counts[2]?.[0] ?? -1)
    const [answer] = answers
    const { row } = answer!
    const target = { by: 'rows' as const, rows: [row] }
    const change = { kind: 'cell' as const, column: 'text', value: 'edited since' }
    await service.call('data.change', { dataset: base.dataset, target, change })
    expect(await service.call('runs.answers', cell)).toEqual(answers)
    expect(answer!.text).toMatch(/^message number \d+$/)
    expect(answer!.probability).toBeCloseTo(0.6)
  })

  it('reports which rows it fixed and which it broke', async () => {
    const { service } = await start('mine')
    const { fixed, broken } = await service.call('runs.flips', { run: 'mine' })
    const { tuned, other } = await service.call('runs.verdict', { run: 'mine' })
    expect((fixed.length - broken.length) / 15).toBeCloseTo(tuned - other)
    for (const { label, before, after } of fixed) expect([before !== label, after === label]).toEqual([true, true])
    for (const { label, before, after } of broken) expect([before === label, after !== label]).toEqual([true, true])
  })

  it('becomes a page that holds what it is called as text, and nothing that runs', async () => {
    const { service, database } = await start('plain', 'odd')
    // A name from before names had a rule.
    new Database(database).prepare('UPDATE runs SET name = ? WHERE name = ?').run('<script>alert(1)<b>', 'odd')
    const { html } = await service.call('runs.report', { runs: ['plain', '<script>alert(1)<b>'] })
    expect(html).toContain('Better: ')
    expect(html).toContain('<svg')
    expect(html).toContain('&#60;script&#62;alert(1)')
    expect(html).not.toMatch(/<script|<b>|http:|https:/)
  })

  it('is taken away as one zip of the files that a folder would hold', async () => {
    const { service } = await start('mine')
    const { name, bytes } = await service.call('export.archive', { run: 'mine', to: 'peft' })
    expect(name).toBe('mine.zip')
    const folder = join(temporaryFolder(), 'out')
    const { files } = await service.call('export', { run: 'mine', to: 'peft', folder })
    expect(Object.keys(unzipSync(bytes)).sort()).toEqual([...files].sort())
    expect(await service.call('export.archive', { run: 'mine', to: 'peft' })).toEqual({ name, bytes })
  })
})

describe('the playground', () => {
  it('answers with the tuned prompt, with nothing, or with a written instruction', async () => {
    const { service } = await start('mine')
    const sampling = { maxNewTokens: 5, temperature: 0, topP: 1, stop: [], seed: 0 }
    const heard: string[] = []
    const speakers = [undefined, { by: 'nothing' as const }, { by: 'hand-written' as const, instruction: 'be brief' }]
    for (const speaker of speakers) {
      const input = { run: 'mine', text: 'hello you', ...(speaker ? { speaker } : {}) }
      const { labels } = await service.call('classify', input)
      expect(labels.map(({ label }) => label).sort()).toEqual(['billing', 'delivery', 'praise'])
      const onEvent = (event: { event: string }) => heard.push(event.event)
      expect(await service.call('try', { ...input, sampling }, { onEvent })).toEqual({ text: 'HELLO YOU ' })
    }
    expect(heard).toEqual(Array<string>(6).fill('token'))
  })

  it('lets the base model think where that is asked for, and a tuned prompt answer as it was tuned', async () => {
    const { service } = await start('mine')
    const sampling = { temperature: 0.5, topP: 0.9, topK: 4, minP: 0.1, repetitionPenalty: 1.2, seed: 3 }
    const written = async (more: Pick<Input<'try'>, 'speaker' | 'thinking'>): Promise<unknown> =>
      JSON.parse((await service.call('try', { run: 'mine', text: 'how?', sampling, ...more })).text)
    const alone = { speaker: { by: 'nothing' as const } }
    expect(await written({ ...alone, thinking: true })).toMatchObject({ sampling, thinking: true })
    expect(await written({ ...alone, thinking: false })).toMatchObject({ sampling, thinking: false })
    expect(await written({ thinking: true })).not.toMatchObject({ thinking: true })
  })
})

describe('what cannot be compared', () => {
  it('is said so: an unfinished run, and one on other data', async () => {
    const { service, base } = await start('mine')
    await service.call('runs.start', { ...base, name: 'failed', settings: { ...quick, initText: 'fail' } })
    await watchRun(service, 'failed').catch(() => undefined)
    await expect(service.call('runs.verdict', { run: 'failed' })).rejects.toMatchObject({ code: 'run/not-scored' })
    const { dataset, version } = await service.call('data.sample', {})
    const { roles } = await service.call('data.show', { dataset })
    const { text, label } = roles
    await service.call('runs.start', { ...base, dataset, version, text, label, name: 'other', settings: quick })
    await watchRun(service, 'other')
    const input = { run: 'mine', against: 'other' }
    await expect(service.call('runs.verdict', input)).rejects.toMatchObject({ code: 'run/other-data' })
  })
})
