// A host that is attached to another goes on when that one is gone, even when it is killed.
import { expect, test, vi } from 'vitest'
import { connectLasting } from '../../../main/service/lasting.ts'
import { fakeEntry, spawnFake } from '../../support/fake-studio.ts'
import { startHost } from '../../support/host-process.ts'
import { temporaryFolder } from '../../support/temporary.ts'

test('calls under way fail with a typed error, and later ones are answered by the service that took over', async () => {
  const home = temporaryFolder()
  const other = startHost(home, fakeEntry, { order: 'hold' })
  await other.until(({ say }) => say === 'ready')
  const onChange = vi.fn()
  const studio = await connectLasting(home, { spawn: spawnFake, threads: 1 }, onChange)
  expect(studio.attached).toBe(true)
  const watching = studio.call('studio.watch', {})
  other.child.kill('SIGKILL')
  await expect(watching).rejects.toMatchObject({ code: 'run/service-closed' })
  await vi.waitFor(() => {
    expect(onChange).toHaveBeenCalledOnce()
  })
  expect(studio.attached).toBe(false)
  expect(await studio.call('runs.list', {})).toEqual([])
  await studio.close()
})

test('a host that closes while it is attached leaves the service alone', async () => {
  const home = temporaryFolder()
  const first = await connectLasting(home, { spawn: spawnFake, threads: 1 })
  const onChange = vi.fn()
  const second = await connectLasting(home, { spawn: spawnFake, threads: 1 }, onChange)
  await second.close()
  expect(await first.call('runs.list', {})).toEqual([])
  expect(onChange).not.toHaveBeenCalled()
  await first.close()
})
