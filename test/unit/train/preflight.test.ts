// A few real steps of a run on a tiny model: the measurements that predict the whole run, and its first gradient.
import { describe, expect, it } from 'vitest'
import type { PreparedModel } from '../../../main/contract/model.ts'
import type { Example, TuneSettings } from '../../../main/contract/settings.ts'
import { prepareModel } from '../../../main/engine/model/prepare.ts'
import { providers } from '../../../main/engine/runtime/providers.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { preflight } from '../../../main/engine/train/preflight.ts'
import { cosine } from '../../../main/service/runs/choose-precision.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { tinyFolder, tinyModel } from '../../support/tiny.ts'

const labels = ['billing', 'delivery']
const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => {
    const label = labels[i % 2] ?? ''
    return { row: i, text: `message ${'very '.repeat(i % 7)}much about ${label}`, label }
  })

interface Given {
  readonly quantised?: PreparedModel
  readonly provider?: string
  readonly validation?: readonly Example[]
  /** Resident memory of the process in bytes, at each call. */
  readonly resident?: () => number
}

async function measured(
  given: Partial<TuneSettings> = {},
  { quantised, provider = 'cpu', validation = rows(10), resident = () => 1e6 }: Given = {},
) {
  const settings = defaultSettings({ steps: 40, tokens: 4, batch: 8, ...given }, labels)
  const split = { train: rows(60), validation, test: rows(4) }
  const model = quantised ?? (await tinyModel('llama'))
  const job = { kind: 'preflight' as const, model, settings, labels, split, threads: 1, provider }
  return preflight(job, { emit: () => undefined, stopRequested: () => false }, resident)
}

describe('a pre-flight', () => {
  it('takes real steps on the longest and on usual rows, and times what comes around them', async () => {
    const began = performance.now()
    const { start, steps, step, precompute, precomputeRow, scoreRow } = await measured()
    const taken = performance.now() - began
    // Short steps continue: the first of a session take longer than usual ones.
    expect(steps).toHaveLength(16 + 16)
    expect(Math.min(...steps, precomputeRow, scoreRow)).toBeGreaterThan(0)
    expect(steps.reduce((sum, each) => sum + each, start + precomputeRow + scoreRow)).toBeLessThan(taken)
    // A step of the run takes half of a usual one at least, and twice the longest at most.
    expect(step).toBeGreaterThanOrEqual(Math.min(...steps) / 2)
    expect(step).toBeLessThanOrEqual(2 * Math.max(...steps))
    expect(precompute).toBeCloseTo((60 + 10) * precomputeRow, 6)
  })

  it('counts what the run will hold beyond these steps: the KV precompute of texts, and sessions of other lengths', async () => {
    const once = await measured()
    const anew = await measured({ placement: 'start' })
    expect(anew.memory).toBeGreaterThan(1e6)
    expect(once.memory - anew.memory).toBeGreaterThan(60 * 4 * 2 * 2 * 2 * 4 * 4)
    expect((await measured({ placement: 'start', memory: 'low' })).memory).toBe(1e6)
  })

  it('reports the peak memory of the process during the steps', async () => {
    let calls = 0
    const resident = () => (calls++ === 3 ? 5e6 : 1e6)
    expect((await measured({ placement: 'start', memory: 'low' }, { resident })).memory).toBe(5e6)
  })

  it('counts what the process holds behind the last answers, too', async () => {
    let calls = 0
    const { memory } = await measured({ placement: 'start', memory: 'low' }, { resident: () => 1e6 + ++calls })
    expect(memory).toBe(1e6 + calls)
  })

  it('measures an answer on training rows where there are no others', async () => {
    const began = performance.now()
    const { answerRow, plainRow } = await measured({ placement: 'start' }, { validation: [] })
    expect(Math.min(answerRow, plainRow)).toBeGreaterThan(0)
    expect(answerRow + plainRow).toBeLessThan(performance.now() - began)
  })

  it('times an answer by itself where a validation does something else', async () => {
    const chosen = await measured()
    expect(chosen.answerRow).toBe(chosen.scoreRow)
    // A row without virtual tokens takes what precompute it takes, which was measured.
    expect(chosen.plainRow).toBe(chosen.precomputeRow)
    for (const given of [{ loss: 'vocabulary' }, { loss: 'vocabulary', task: 'generation' }] as const) {
      const { answerRow, plainRow, scoreRow } = await measured(given)
      expect(Math.min(answerRow, plainRow)).toBeGreaterThan(0)
      expect(answerRow).not.toBe(scoreRow)
    }
  })

  it('reads no text once where the run will not: one epoch, or virtual tokens before the text', async () => {
    expect((await measured({ steps: 7 })).precompute).toBe(0)
    expect((await measured({ placement: 'start' })).precompute).toBe(0)
  })

  it('reports the first step’s gradient: the same in the same precision, nearly the same in 8 bits', async () => {
    const exact = await measured()
    expect(cosine(exact.gradient, (await measured()).gradient)).toBeCloseTo(1, 6)
    const rough = await prepareModel(tinyFolder('llama'), temporaryFolder(), { name: 'rough', precision: 'int8' })
    const { gradient } = await measured({ precision: 'int8' }, { quantised: rough })
    expect(gradient).toHaveLength(exact.gradient.length)
    expect(cosine(exact.gradient, gradient)).toBeGreaterThan(0.9)
    expect(cosine(exact.gradient, gradient)).toBeLessThan(1)
  })

  it('says why other hardware is not taken, and measures nothing in its name', async () => {
    const absent = process.platform === 'darwin' ? 'dml' : 'coreml'
    await expect(measured({}, { provider: absent })).rejects.toMatchObject({
      code: 'compute/refused',
      message: `Not using ${providers[absent].title}: this computer does not have it.`,
    })
  })
})
