// What counts as a hang: silence counted in looks, longer for slow steps, and no progress of a tuning job.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ComputeEvent, WireJob } from '../../../../main/contract/compute.ts'
import { type Bounds, usualBounds, watch } from '../../../../main/service/compute/watchdog.ts'

const bounds: Bounds = {
  look: 10,
  start: 2000,
  suspect: 30,
  silence: { ...usualBounds.silence, preview: 100, tune: 100 },
  progress: 1000,
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function start(kind: WireJob['kind']) {
  const said: string[] = []
  const onSuspect = (): void => void said.push('suspect')
  const onHang = (silent: number): void => void said.push(`hangs ${String(silent)}`)
  const dog = watch(kind, bounds, { onSuspect, onHang })
  const hear = (event: ComputeEvent['event']): void => {
    dog.heard({ event } as ComputeEvent)
  }
  return { said, dog, hear }
}

describe('a job', () => {
  test('that is silent is suspected, then taken for hung, once each', () => {
    const { said, hear } = start('preview')
    vi.advanceTimersByTime(1500)
    hear('alive')
    expect(said).toEqual([])
    vi.advanceTimersByTime(90)
    expect(said).toEqual(['suspect'])
    vi.advanceTimersByTime(500)
    expect(said).toEqual(['suspect', 'hangs 100'])
  })

  test('that says it is alive may take its time', () => {
    const { said, hear } = start('preview')
    for (let i = 0; i < 100; i++) {
      vi.advanceTimersByTime(20)
      hear('alive')
    }
    expect(said).toEqual([])
  })

  test('that never begins is taken for hung too', () => {
    const { said } = start('preview')
    vi.advanceTimersByTime(3000)
    expect(said).toEqual(['hangs 2000'])
  })

  test('that has ended is not watched any more', () => {
    const { said, dog } = start('preview')
    dog.end()
    vi.advanceTimersByTime(1000)
    expect(said).toEqual([])
  })
})

describe('a tuning job', () => {
  test('with slow steps is given many of them', () => {
    const { said, hear } = start('tune')
    vi.advanceTimersByTime(50)
    hear('step')
    vi.advanceTimersByTime(980)
    expect(said).toEqual(['suspect'])
    vi.advanceTimersByTime(20)
    expect(said.at(-1)).toBe('hangs 1000')
  })

  test('that lives without a step is stuck at last', () => {
    const { said, hear } = start('tune')
    for (let i = 0; i < 100; i++) {
      vi.advanceTimersByTime(20)
      hear('alive')
    }
    expect(said).toEqual(['hangs 1000'])
  })
})
