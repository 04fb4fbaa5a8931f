// A prompt's calibration: measured for a run that has none, its threshold set, used by every road to an answer, taken along.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { labelAnswer } from '../../../../main/service/prompts/score-subjects.ts'
import { quick, watchRun } from '../../../support/fake-studio.ts'
import { tuningStudio } from '../../../support/tuning-studio.ts'

/** All answers of the test engine are 60 % sure, and one of each set is wrong. */
const LIMIT = 0.4

describe('a calibration', () => {
  it('is measured where a run has none, on the validation set, and kept', async () => {
    const { service, tune } = await tuningStudio()
    await tune('a')
    expect(await service.call('calibrations.show', { run: 'a' })).toEqual({ missing: 'calibration' })
    await expect(service.call('calibrations.limit', { run: 'a', limit: 0.1 })).rejects.toMatchObject({
      code: 'calibration/none',
    })
    const found = await service.call('calibrations.measure', { run: 'a' })
    const { rows } = await service.call('runs.show', { run: 'a' })
    expect(found).toMatchObject({
      crossValidated: false,
      calibration: { rows: rows.validation },
      before: { rows: 15 },
      after: { rows: 15 },
      curve: [{ answered: rows.validation, wrong: 1 }],
    })
    // 14 of 15 are right, so that it was not sure enough.
    expect(found.calibration.temperature).toBeLessThan(1)
    expect(found.after.error.value).toBeLessThan(found.before.error.value)
    expect(await service.call('calibrations.show', { run: 'a' })).toEqual(found)
    const [prompt] = await service.call('prompts.list', {})
    expect(prompt?.calibration).toEqual(found.calibration)
    // What it answers is as sure as it should be, wherever it is shown.
    const { labels } = await service.call('classify', { run: 'a', text: 'Where is it?' })
    expect(labels[0]?.probability).toBeCloseTo(found.after.bins[0]?.confidence ?? NaN, 9)
    const [answered] = await service.call('runs.answers', { run: 'a', subject: 'tuned prompt' })
    expect(answered?.probability).toBeCloseTo(labels[0]?.probability ?? NaN, 9)
    const [alone] = await service.call('runs.answers', { run: 'a', subject: 'no prompt' })
    expect(alone?.probability).toBeCloseTo(0.6, 9)
    const together = await service.call('committees.classify', { prompts: ['a'], text: 'Where is it?' })
    expect(together.labels).toEqual(labels)
  })

  it('of a cross-validated run is measured on the answers that it has', async () => {
    const { service, tune } = await tuningStudio()
    await tune('folded', { folds: 3 })
    const found = await service.call('calibrations.measure', { run: 'folded' })
    expect(found).toMatchObject({ crossValidated: true, calibration: { rows: 60 }, after: { rows: 60 } })
  })

  it('is missing for a reason that is said, and measuring then fails with it', async () => {
    const { service, base } = await tuningStudio()
    await service.call('runs.start', { ...base, name: 'failed', settings: { ...quick, initText: 'fail' } })
    await watchRun(service, 'failed').catch(() => undefined)
    expect(await service.call('calibrations.show', { run: 'failed' })).toEqual({ missing: 'evaluation' })
    await expect(service.call('calibrations.measure', { run: 'failed' })).rejects.toMatchObject({
      code: 'run/no-prompt',
    })
  })

  it('is none where answers are generated', async () => {
    const { service, tune } = await tuningStudio()
    await tune('writes', { task: 'generation' })
    for (const method of ['calibrations.show', 'calibrations.measure'] as const)
      await expect(service.call(method, { run: 'writes' })).rejects.toMatchObject({ code: 'calibration/no-labels' })
  })
})

describe('a threshold', () => {
  it('is set, lifted, and refused where so few rows cannot keep to it', async () => {
    const { service, tune } = await tuningStudio()
    await tune('a')
    const measured = await service.call('calibrations.measure', { run: 'a' })
    await expect(service.call('calibrations.limit', { run: 'a', limit: 0.01 })).rejects.toMatchObject({
      code: 'calibration/no-threshold',
      message: expect.stringContaining('The smallest share that one keeps to is') as string,
    })
    const set = await service.call('calibrations.limit', { run: 'a', limit: LIMIT })
    expect(set.calibration.threshold).toMatchObject({
      limit: LIMIT,
      confidence: measured.curve[0]?.confidence,
      tested: { rows: 15, answered: 15, wrong: 1 },
    })
    const lifted = await service.call('calibrations.limit', { run: 'a', limit: null })
    expect(lifted.calibration).toEqual(measured.calibration)
    // Between the limits on offer the lower one counts.
    expect((await service.call('calibrations.limit', { run: 'a', limit: 0.99 })).calibration).toEqual(set.calibration)
  })

  it('says in a labelled file, in its figures and on the way which answers are for a person', async () => {
    const { service, folder, tune } = await tuningStudio()
    await tune('a')
    await service.call('calibrations.measure', { run: 'a' })
    const path = join(folder, 'more.csv')
    // The test engine is 90 % sure of a text that begins with a label, and 40 % of others.
    writeFileSync(path, 'text\npraise be\nwhat?\nwhy?\n')
    const { id: labelling } = await service.call('labellings.open', { path, prompts: ['a'] })
    await service.call('labellings.start', { labelling })
    const before = await service.call('labellings.watch', { labelling })
    expect(before.answers[0]).toMatchObject({ unsure: 0 })
    expect(before.answers[0]?.threshold).toBeUndefined()
    const set = await service.call('calibrations.limit', { run: 'a', limit: LIMIT })
    const threshold = set.calibration.threshold?.confidence ?? NaN
    expect(threshold).toBeGreaterThan(0.4)
    expect(threshold).toBeLessThan(0.9)
    const after = await service.call('labellings.show', { labelling })
    expect(after.answers[0]).toMatchObject({ threshold, unsure: 2 })
    await service.call('labellings.correct', { labelling, prompt: 'a', rows: [4], answer: 'delivery' })
    expect((await service.call('labellings.show', { labelling })).answers[0]).toMatchObject({ unsure: 1 })
    const target = join(folder, 'out.csv')
    await service.call('labellings.save', { labelling, to: 'csv', path: target })
    expect(readFileSync(target, 'utf8')).toBe(
      'text,answer,confidence,unsure,note\r\npraise be,praise,0.9,,\r\nwhat?,billing,0.4,unsure,\r\nwhy?,delivery,,,corrected by hand\r\n',
    )
  })

  it('is not applied to answers at another temperature: such a table says so, goes on at its own, and is answered anew', async () => {
    const { service, folder, tune } = await tuningStudio()
    await tune('a')
    const path = join(folder, 'more.csv')
    writeFileSync(path, 'text\npraise be\nwhat?\nwhy?\n')
    const open = (as?: 'committee') =>
      service.call('labellings.open', { path, prompts: ['a'], ...(as ? { as } : {}) }).then(({ id }) => id)
    const [alone, together] = [await open(), await open('committee')]
    const answer = async (labelling: number) => {
      await service.call('labellings.start', { labelling })
      return service.call('labellings.watch', { labelling })
    }
    for (const labelling of [alone, together]) await answer(labelling)
    await service.call('calibrations.measure', { run: 'a' })
    await service.call('calibrations.limit', { run: 'a', limit: LIMIT })
    for (const labelling of [alone, together]) {
      const { answers } = await service.call('labellings.show', { labelling })
      expect(answers).toMatchObject([{ outdated: true, unsure: 0 }])
      expect(answers[0]).not.toHaveProperty('threshold')
    }
    const again = await open()
    expect(again).not.toBe(alone)
    expect((await answer(again)).answers).toMatchObject([{ unsure: 2, threshold: expect.any(Number) as number }])
    expect(await open()).toBe(again)
  })

  it('of each prompt decides which of its rows are saved as unsure', async () => {
    const { service, folder, tune } = await tuningStudio()
    for (const name of ['a', 'b']) await tune(name)
    const path = join(folder, 'more.csv')
    writeFileSync(path, 'text\npraise be\nwhat?\n')
    const { id: labelling } = await service.call('labellings.open', { path, prompts: ['a', 'b'] })
    await service.call('labellings.start', { labelling })
    await service.call('labellings.watch', { labelling })
    const saved = (...below: number[]) =>
      service.call('labellings.save', { labelling, to: 'csv', path: join(folder, 'out.csv'), below })
    expect(await saved(0.1, 0.5)).toEqual({ rows: 1 })
    expect(await saved(0.95, 0.1)).toEqual({ rows: 2 })
    await expect(saved(0.1, 0.1)).rejects.toMatchObject({ code: 'label/no-answers' })
  })

  it('of several prompts as one is the highest of theirs, and promised on the test rows of all', async () => {
    const { service, tune } = await tuningStudio()
    await tune('a')
    await tune('b', { initText: 'wrong at 1' })
    for (const run of ['a', 'b']) await service.call('calibrations.measure', { run })
    const runs = ['a', 'b']
    const none = await service.call('committees.figures', { runs })
    expect(none.trust).toMatchObject({ rows: 15, on: 'test set', error: { low: expect.any(Number) as number } })
    expect(none.trust.threshold).toBeUndefined()
    const set = await service.call('calibrations.limit', { run: 'a', limit: LIMIT })
    const { confidence = NaN } = set.calibration.threshold ?? {}
    // Each of them answers another row wrongly, so that neither of these rows is sure enough.
    const { trust } = await service.call('committees.figures', { runs })
    // One limit was offered for each of them.
    const alone = { rows: 15, answered: 13, wrong: 0, bound: 1 - 0.025 ** (1 / 13) }
    expect(trust.threshold).toMatchObject({ limit: LIMIT, confidence })
    expect(trust.threshold?.tested.bound).toBeCloseTo(alone.bound, 9)
    expect(trust.threshold?.tested).toMatchObject({ ...alone, bound: expect.any(Number) as number })
    // They disagree on the text, as each of them is wrong about another one, and both labels may be right.
    const disputed = await service.call('committees.classify', { prompts: runs, text: 'Where is it?' })
    expect(disputed.agreeing).toBe(1)
    expect(disputed.unsure?.threshold).toBe(confidence)
    // Of nine validation rows too few are unsure to tell which labels it may be.
    expect(disputed.unsure?.among).toEqual([])
    expect(disputed.members.map(({ unsure }) => unsure)).toEqual([undefined, undefined])
  })

  it('goes along in a prompt file, and counts where that is opened', async () => {
    const { service, folder, tune } = await tuningStudio()
    await tune('a', { method: 'prompt-tuning' })
    await service.call('calibrations.measure', { run: 'a' })
    const set = await service.call('calibrations.limit', { run: 'a', limit: LIMIT })
    const { name, bytes } = await service.call('export.archive', { run: 'a', to: 'bundle' })
    const path = join(folder, name)
    writeFileSync(path, bytes)
    const opened = await service.call('prompts.open', { path })
    expect(opened.calibration).toEqual(set.calibration)
    expect((await service.call('prompts.open', { path })).name).toBe(opened.name)
    const [own, other] = await Promise.all(
      ['a', opened.name].map((run) => service.call('classify', { run, text: 'Is it?' })),
    )
    expect(other).toEqual(own)
  })
})

describe('an answer', () => {
  const prompt = (confidence: number, among = 0.2) => ({
    ...{ tensors: {}, labels: ['a', 'b', 'c'], modelHash: '' },
    settings: {} as never,
    calibration: {
      ...{ temperature: 2, rows: 10 },
      threshold: {
        ...{ limit: 0.1, confidence, among },
        chosen: { rows: 10, answered: 5, wrong: 0 },
        tested: { rows: 10, answered: 5, wrong: 0, bound: 0.2 },
      },
    },
  })
  const scores = [0.64, 0.32, 0.04].map(Math.log)

  it('that is less sure than the threshold is unsure, and names the labels that it may be', () => {
    // The roots of 0.64, 0.32 and 0.04 by their sum.
    const shares = [0.8, 0.5657, 0.2].map((root) => root / 1.5657)
    const { labels, unsure } = labelAnswer(['a', 'b', 'c'], scores, prompt(0.6))
    labels.forEach(({ probability }, i) => expect(probability).toBeCloseTo(shares[i] ?? NaN, 4))
    expect(unsure).toEqual({ threshold: 0.6, among: ['a', 'b'] })
    expect(labelAnswer(['a', 'b', 'c'], scores, prompt(0.5))).toEqual({ labels })
    // Where it may be any of them, it names none.
    expect(labelAnswer(['a', 'b', 'c'], scores, prompt(0.6, 0)).unsure).toEqual({ threshold: 0.6, among: [] })
  })

  it('of the model alone is as it was, and never unsure', () => {
    const { labels, unsure } = labelAnswer(['a', 'b', 'c'], scores, undefined)
    expect([labels[0]?.probability, unsure]).toEqual([Math.exp(Math.log(0.64)), undefined])
  })
})
