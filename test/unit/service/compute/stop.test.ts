// A run that is asked to stop loses no step: what has steps without a checkpoint is waited for, whatever its pace.
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { ComputeEvent } from '../../../../main/contract/compute.ts'
import type { ComputeChild } from '../../../../main/service/compute/child.ts'
import { supervise } from '../../../../main/service/compute/supervise.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A process that does what the test says. */
function puppet() {
  let tell: (event: ComputeEvent) => void = () => undefined
  const seen = { stops: 0, killed: false }
  const child: ComputeChild = {
    pid: undefined,
    send: ({ request }) => {
      if (request === 'stop') seen.stops++
    },
    onEvent: (listener) => {
      tell = listener
    },
    onExit: () => undefined,
    kill: () => {
      seen.killed = true
    },
  }
  const job = supervise(
    () => child,
    { kind: 'tune' } as never,
    () => undefined,
  )
  return {
    seen,
    job,
    emit: (event: ComputeEvent['event']) => {
      tell({ event, id: 1 } as never)
    },
  }
}

it('steps on a slow machine are kept: it is waited for until the checkpoint', async () => {
  const { seen, job, emit } = puppet()
  emit('step')
  emit('step')
  job.stop()
  // Signs of life and progress, but the step or validation under way takes minutes.
  for (let minute = 0; minute < 5; minute++) {
    await vi.advanceTimersByTimeAsync(60_000)
    emit('alive')
  }
  expect(seen).toEqual({ stops: 1, killed: false })
  emit('checkpoint')
  await vi.advanceTimersByTimeAsync(14_000)
  expect(seen.killed).toBe(false)
  await vi.advanceTimersByTimeAsync(20 * 60_000)
  expect(seen.killed).toBe(true)
})

it('without a step to lose it is not waited for long', async () => {
  const { seen, job, emit } = puppet()
  emit('progress')
  job.stop()
  await vi.advanceTimersByTimeAsync(16_000)
  expect(seen.killed).toBe(true)
})
