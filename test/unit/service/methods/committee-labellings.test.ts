// Tables that several prompts label as one: one answer for each row, how sure it is, and which share of them answers otherwise.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tuningStudio } from '../../../support/tuning-studio.ts'

async function start() {
  const { service, folder, base, tune } = await tuningStudio()
  for (const name of ['a', 'b']) await tune(name)
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  return { service, base, tune, file }
}

describe('a table', () => {
  it('is labelled by several prompts as one: their mean, and which share of them answers otherwise', async () => {
    const { service, base, tune, file } = await start()
    await tune('c', { initText: 'wrong at 0' })
    const path = file('more.csv', 'text\npraise it\nwhat?\ndelivery\n')
    const opened = await service.call('labellings.open', { path, prompts: ['c', 'a', 'b', 'a'], as: 'committee' })
    expect(opened.prompts).toMatchObject([{ name: 'c, a and b', members: ['c', 'a', 'b'] }])
    await service.call('labellings.start', { labelling: opened.id })
    const labelled = await service.call('labellings.watch', { labelling: opened.id })
    expect(labelled).toMatchObject({ state: 'finished', answers: [{ disputed: 1, data: { dataset: base.dataset } }] })
    // One of three is 90 % sure of billing, two are 90 % sure of praise.
    const mean = (0.05 + 0.9 + 0.9) / 3
    const query = { labelling: opened.id, prompt: 'c, a and b', order: 'file', from: 0, count: 9 } as const
    const { rows } = await service.call('labellings.rows', query)
    expect(rows.map(({ answer, agreeing }) => [answer, agreeing])).toEqual([
      ['praise', 2],
      ['billing', 3],
      ['delivery', 3],
    ])
    expect(rows[0]?.confidence).toBeCloseTo(mean, 12)
    const target = file('out.csv', '')
    await service.call('labellings.save', { labelling: opened.id, to: 'csv', path: target })
    expect(readFileSync(target, 'utf8')).toBe(
      `text,answer,confidence,disagreement\r\npraise it,praise,${mean.toFixed(4)},0.3333\r\nwhat?,billing,0.4,0\r\ndelivery,delivery,0.9,0\r\n`,
    )
    const { labelling, prompt } = query
    await service.call('labellings.correct', { labelling, prompt, rows: [rows[0]?.row ?? 0], answer: 'billing' })
    // Opened once more it is found again, and by themselves the prompts label it anew.
    const again = await service.call('labellings.open', { path, prompts: ['c', 'a', 'b'], as: 'committee' })
    expect(again).toMatchObject({ id: opened.id, answers: [{ disputed: 0, corrected: 1 }] })
    expect((await service.call('labellings.open', { path, prompts: ['c', 'a', 'b'] })).id).not.toBe(opened.id)
  })

  it('is refused to prompts that cannot answer as one, before anything is copied', async () => {
    const { service, tune, file } = await start()
    await tune('writes', { task: 'generation' })
    const path = file('more.csv', 'text\npraise it\n')
    const open = (...prompts: string[]) => service.call('labellings.open', { path, prompts, as: 'committee' })
    await expect(open('a', 'writes')).rejects.toMatchObject({ code: 'committee/no-labels' })
    await expect(open()).rejects.toMatchObject({ code: 'committee/which' })
    expect(await service.call('labellings.list', {})).toEqual([])
    const { id: labelling } = await open('a', 'b')
    const suggesting = service.call('labellings.suggest', { labelling, run: 'a' })
    await expect(suggesting).rejects.toMatchObject({ code: 'label/several' })
  })
})
