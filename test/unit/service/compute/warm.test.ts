// A warm process: job after job in one, a fresh one where it failed, died, was killed or went to sleep.
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ComputeEvent, WireJob } from '../../../../main/contract/compute.ts'
import { supervise } from '../../../../main/service/compute/supervise.ts'
import { createWarm } from '../../../../main/service/compute/warm.ts'
import { spawnFake } from '../../../support/fake-studio.ts'

const hardware: WireJob = { kind: 'hardware' }
const missing: WireJob = {
  kind: 'prepare',
  path: '/there/is/no/such/file',
  cache: '/',
  name: 'x',
  precision: 'float32',
}

function start(idle = 60_000) {
  let spawned = 0
  const warm = createWarm(() => {
    spawned += 1
    return spawnFake()
  }, idle)
  onTestFinished(() => {
    warm.close()
  })
  const pids: (number | undefined)[] = []
  const spawn = () => {
    const child = warm.spawn()
    pids.push(child.pid)
    return child
  }
  return { spawn, pids, spawned: () => spawned }
}

const run = async (spawn: Parameters<typeof supervise>[0], job: WireJob) => {
  const events: ComputeEvent[] = []
  const { result } = supervise(spawn, job, (event) => void events.push(event))
  return { ...(await result), heard: events.map(({ event }) => event) }
}

describe('a warm process', () => {
  it('does job after job, each with its own events and end', async () => {
    const { spawn, spawned } = start()
    for (let i = 0; i < 3; i++) expect(await run(spawn, hardware)).toMatchObject({ end: 'done', heard: ['hardware'] })
    expect(spawned()).toBe(1)
  })

  it('is followed by a fresh one where a job failed', async () => {
    const { spawn, spawned } = start()
    expect(await run(spawn, missing)).toMatchObject({ end: 'failed' })
    expect(await run(spawn, hardware)).toMatchObject({ end: 'done' })
    expect(spawned()).toBe(2)
  })

  it('is followed by a fresh one where it died, between jobs or within one', async () => {
    const { spawn, pids, spawned } = start()
    await run(spawn, hardware)
    process.kill(pids[0]!, 'SIGKILL')
    await wait(200)
    expect(await run(spawn, hardware)).toMatchObject({ end: 'done' })
    // Held still, it cannot be done before it is killed.
    process.kill(pids[1]!, 'SIGSTOP')
    const job = supervise(spawn, hardware, () => undefined)
    job.kill()
    expect(await job.result).toMatchObject({ end: 'crashed', how: 'SIGKILL' })
    expect(await run(spawn, hardware)).toMatchObject({ end: 'done' })
    expect(spawned()).toBe(3)
  })

  it('ends when there was no job for a while', async () => {
    const { spawn, pids } = start(50)
    await run(spawn, hardware)
    await wait(400)
    expect(() => process.kill(pids[0]!, 0)).toThrow('ESRCH')
  })
})
