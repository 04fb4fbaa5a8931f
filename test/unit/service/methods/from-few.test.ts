// From a table without answers to a prompt: answered by hand, tuned on, suggested, accepted; what nobody saw is no evidence.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openHome } from '../../../../main/service/home/home.ts'
import { createService } from '../../../../main/service/service.ts'
import { prepareStudio, quick, spawnFake, watchRun } from '../../../support/fake-studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const labels = ['billing', 'delivery']
const { folds: _, ...settings } = quick

/** The fake engine answers a text by its first word where that is a label, else with the first label, unsure. */
const texts = Array.from({ length: 40 }, (_, i) => `${i % 4 === 3 ? 'who' : (labels[i % 2] ?? '')} ${String(i * 7919)}`)

async function start(table = ['text,id', ...texts.map((text, i) => `${text},${String(i)}`), ''].join('\n')) {
  const folder = temporaryFolder()
  const open = () => createService({ home: openHome(join(folder, 'home')), spawn: spawnFake, threads: 1 })
  let service = await open()
  onTestFinished(() => service.close())
  const { model } = await prepareStudio(service, folder)
  const path = join(folder, 'new.csv')
  writeFileSync(path, table)
  const { id: labelling } = await service.call('labellings.open', { path, prompts: [] })
  const byHand = async (given: { labels?: string[]; answers?: string } = { labels }) => {
    await service.call('labellings.start', { labelling, text: 'text', ...given })
    return service.call('labellings.watch', { labelling })
  }
  const answer = (prompt: string, rows: readonly number[], answer: string) =>
    service.call('labellings.correct', { labelling, prompt, rows: [...rows], answer })
  const rows = async (prompt: string) =>
    (await service.call('labellings.rows', { labelling, prompt, order: 'confidence', from: 0, count: 1000 })).rows
  const tune = async (prompt: string, name: string) => {
    const { dataset } = await service.call('labellings.send', { labelling, prompt })
    const { version } = await service.call('data.show', { dataset })
    const base = { model, dataset, version, text: 'text', label: 'answer', settings }
    await service.call('runs.start', { ...base, name })
    await watchRun(service, name)
    return base
  }
  const suggest = async (run: string) => {
    await service.call('labellings.suggest', { labelling, run })
    return service.call('labellings.watch', { labelling })
  }
  return {
    ...{ folder, labelling, byHand, answer, rows, tune, suggest },
    get service() {
      return service
    },
    restart: async () => {
      await service.close()
      service = await open()
    },
  }
}

/** Rows of the file by what a person would say; a header stands in line 1. */
const of = (label: number, count: number) => Array.from({ length: count }, (_, i) => 2 + label + 4 * i)

describe('a table without answers', () => {
  it('is answered by hand, tuned on, and answered by the prompt, the least certain first', async () => {
    const few = await start()
    const begun = await few.byHand()
    expect(begun).toMatchObject({ state: 'finished', done: 40, dataset: undefined })
    expect(begun.answers).toMatchObject([{ name: 'by hand', byHand: true, labels, corrected: 0, seen: [] }])
    await expect(few.service.call('labellings.send', { labelling: few.labelling, prompt: 'by hand' })).rejects.toThrow(
      /No row/,
    )
    await few.answer('by hand', of(0, 4), 'billing')
    const answered = await few.answer('by hand', of(1, 4), 'delivery')
    expect(answered.answers[0]?.seen).toEqual([
      { label: 'billing', rows: 4 },
      { label: 'delivery', rows: 4 },
    ])
    const { dataset } = await few.tune('by hand', 'first')
    expect(await few.service.call('data.show', { dataset })).toMatchObject({ rows: 8, name: 'new.csv answered' })
    const suggested = await few.suggest('first')
    expect(suggested).toMatchObject({ state: 'finished', dataset, prompts: [{ name: 'first', labels }] })
    const all = await few.rows('first')
    expect(all).toHaveLength(40)
    expect(all.map(({ confidence }) => confidence)).toEqual(
      all.map(({ confidence }) => confidence).toSorted((a, b) => a - b),
    )
    expect(all.slice(0, 10).every(({ text }) => text.startsWith('who'))).toBe(true)
    // What a person said stays, and is sure.
    expect(all.filter(({ corrected }) => corrected !== undefined).map(({ confidence }) => confidence)).toEqual(
      Array(8).fill(1),
    )
  })

  it('takes sure answers unseen, from which a prompt learns, and on which no verdict rests', async () => {
    const few = await start()
    await few.byHand()
    await few.answer('by hand', of(0, 5), 'billing')
    await few.answer('by hand', of(1, 5), 'delivery')
    const first = await few.tune('by hand', 'first')
    await few.suggest('first')
    const accepted = await few.service.call('labellings.accept', {
      labelling: few.labelling,
      prompt: 'first',
      above: 0.9,
    })
    expect(accepted.answers[0]).toMatchObject({ corrected: 30, unseen: 20, unsent: 20 })
    const unseen = (await few.rows('first')).filter((row) => row.unseen)
    expect(unseen.map(({ corrected, answer }) => [corrected, answer])).toEqual(
      unseen.map(({ answer }) => [answer, answer]),
    )
    const next = await few.tune('first', 'second')
    expect(next.dataset).toBe(first.dataset)
    const { run } = await few.service.call('runs.show', { run: 'second' })
    const { rows } = await few.service.call('runs.show', { run: 'second' })
    expect(rows).toEqual({ train: 30, validation: 10, test: 10, folds: 5 })
    const tested = await few.service.call('runs.answers', { run: 'second', subject: 'tuned prompt' })
    const seen = new Set([...of(0, 5), ...of(1, 5)].map((row) => texts[row - 2]))
    for (const { text } of tested) expect(seen).toContain(text)
    expect(run.settings.folds).toBe(5)
    const once = { ...next, settings: { ...settings, folds: 0 } }
    const plan = await few.service.call('runs.plan', { ...once, model: next.model })
    expect(plan.rows.validation + plan.rows.test).toBeLessThan(10)
    expect(plan.rows.train).toBeGreaterThanOrEqual(20)
    // Who looks at an unseen answer and leaves it has seen it.
    await few.answer('first', [unseen[1]?.row ?? 0], unseen[1]?.answer ?? '')
    const same = { labelling: few.labelling, prompt: 'first' }
    expect(await few.service.call('labellings.send', same)).toMatchObject({ added: 0, changed: 0 })
    // Who gives an unseen answer another one has looked at it.
    const { dataset } = next
    const view = await few.service.call('data.view', { dataset, query: { search: '', filters: [], states: ['used'] } })
    const page = await few.service.call('data.page', { view: view.view, from: 0, count: 100 })
    const at = page.findIndex(({ cells }) => cells[0] === unseen[0]?.text)
    const cell = { kind: 'cell' as const, column: 'answer' }
    const target = { by: 'rows' as const, rows: [page[at]?.row ?? 0] }
    const other = unseen[0]?.answer === 'billing' ? 'delivery' : 'billing'
    const { number: version } = await few.service.call('data.change', {
      dataset,
      target,
      change: { ...cell, value: other },
    })
    const corrected = await few.service.call('runs.plan', { ...next, version, settings })
    expect(corrected.rows).toMatchObject({ train: 30, test: 12 })
  })

  it('begins with the answers that it has, and goes on after a restart', async () => {
    const known = texts.map(
      (text, i) => `${text},${i < 20 && !text.startsWith('who') ? (text.split(' ')[0] ?? '') : ''}`,
    )
    const few = await start(['text,team', ...known, ''].join('\n'))
    const begun = await few.byHand({ answers: 'team' })
    expect(begun.answers[0]).toMatchObject({ labels: ['billing', 'delivery'], corrected: 15 })
    await few.restart()
    await few.tune('by hand', 'first')
    expect(await few.suggest('first')).toMatchObject({ state: 'finished' })
    const open = (await few.rows('first')).filter(({ corrected }) => corrected === undefined)
    expect(open).toHaveLength(25)
    expect(open.every(({ answer }) => labels.includes(answer))).toBe(true)
    await few.answer('first', [open[0]?.row ?? 0], open[0]?.answer ?? '')
    const path = join(few.folder, 'out.csv')
    await few.service.call('labellings.save', { labelling: few.labelling, to: 'csv', path })
    expect(readFileSync(path, 'utf8').split('\n')[0]).toMatch(/^text,team,answer,confidence,note/)
  })

  it('gets labels that were missing, which stay to choose from when a prompt suggests', async () => {
    const few = await start()
    await few.byHand()
    const add = (prompt: string, label: string) =>
      few.service.call('labellings.addLabel', { labelling: few.labelling, prompt, label })
    await expect(few.answer('by hand', [5], 'other')).rejects.toMatchObject({ code: 'label/no-labels' })
    await add('by hand', 'other')
    const added = await add('by hand', 'other')
    expect(added.answers[0]?.labels).toEqual([...labels, 'other'])
    await few.restart()
    // Going on asks nothing anew, so that no answer is forgotten.
    await few.answer('by hand', of(0, 4), 'billing')
    await few.answer('by hand', of(1, 4), 'delivery')
    await few.service.call('labellings.start', { labelling: few.labelling })
    const kept = await few.service.call('labellings.watch', { labelling: few.labelling })
    expect(kept.answers[0]).toMatchObject({ labels: [...labels, 'other'], corrected: 8 })
    await few.tune('by hand', 'first')
    const suggested = await few.suggest('first')
    expect(suggested.prompts).toEqual([{ name: 'first', labels: [...labels, 'other'], added: ['other'] }])
    await add('first', 'more')
    const answered = await few.answer('first', of(3, 2), 'more')
    expect(answered.answers[0]).toMatchObject({ labels: [...labels, 'other', 'more'], added: ['other', 'more'] })
    const many = Array.from({ length: 196 }, (_, i) => `label ${String(i)}`)
    for (const label of many) await add('first', label)
    await expect(add('first', 'one too many')).rejects.toMatchObject({ code: 'label/too-many' })
  })

  it('has its labels renamed and merged, where they are a person’s own, in the data set too', async () => {
    const few = await start()
    const rename = (prompt: string, label: string, name: string) =>
      few.service.call('labellings.renameLabel', { labelling: few.labelling, prompt, label, name })
    const inData = async (dataset: number) => {
      const query = { search: '', filters: [], states: ['used' as const] }
      const { view } = await few.service.call('data.view', { dataset, query })
      const page = await few.service.call('data.page', { view, from: 0, count: 100 })
      return page.map(({ cells }) => cells[1]).toSorted()
    }
    await expect(rename('by hand', 'billing', 'money')).rejects.toMatchObject({ code: 'label/no-choice' })
    await few.byHand({ labels: ['billing', 'delivery', 'parcels'] })
    await few.answer('by hand', of(0, 3), 'billing')
    await few.answer('by hand', of(1, 2), 'delivery')
    await few.answer('by hand', [of(1, 3)[2] ?? 0], 'parcels')
    const { dataset } = await few.service.call('labellings.send', { labelling: few.labelling, prompt: 'by hand' })
    const renamed = await rename('by hand', 'billing', 'money')
    expect(renamed.answers[0]).toMatchObject({ labels: ['money', 'delivery', 'parcels'], unsent: 3 })
    expect(renamed.answers[0]?.seen).toContainEqual({ label: 'money', rows: 3 })
    const merged = await rename('by hand', 'parcels', 'delivery')
    expect(merged.answers[0]?.labels).toEqual(['money', 'delivery'])
    expect(merged.answers[0]?.seen).toEqual([
      { label: 'delivery', rows: 3 },
      { label: 'money', rows: 3 },
    ])
    expect(await few.service.call('labellings.send', { labelling: few.labelling, prompt: 'by hand' })).toMatchObject({
      added: 0,
      changed: 4,
    })
    expect(await inData(dataset)).toEqual([...Array<string>(3).fill('delivery'), ...Array<string>(3).fill('money')])
    await expect(rename('by hand', 'nothing', 'x')).rejects.toMatchObject({ code: 'label/not-own' })
    await expect(rename('by hand', 'money', 'delivery')).rejects.toMatchObject({ code: 'label/few-labels' })
  })

  it('has no label renamed that its prompt has learned', async () => {
    const few = await start()
    await few.byHand()
    await few.answer('by hand', of(0, 4), 'billing')
    await few.answer('by hand', of(1, 4), 'delivery')
    await few.tune('by hand', 'first')
    await few.suggest('first')
    const change = { labelling: few.labelling, prompt: 'first' }
    await expect(
      few.service.call('labellings.renameLabel', { ...change, label: 'billing', name: 'money' }),
    ).rejects.toMatchObject({ code: 'label/not-own' })
    await few.service.call('labellings.addLabel', { ...change, label: 'bill' })
    await few.answer('first', of(3, 2), 'bill')
    const merged = await few.service.call('labellings.renameLabel', { ...change, label: 'bill', name: 'billing' })
    expect(merged.answers[0]).toMatchObject({ labels, added: [] })
    expect(merged.answers[0]?.seen).toContainEqual({ label: 'billing', rows: 6 })
  })

  it('needs two labels, and a prompt that answers one table alone', async () => {
    const few = await start()
    await expect(few.byHand({ labels: ['billing'] })).rejects.toMatchObject({ code: 'label/few-labels' })
    await expect(few.suggest('nobody')).rejects.toMatchObject({ code: 'store/missing' })
  })
})
