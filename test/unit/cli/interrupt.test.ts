// Ctrl-C ends a command whose service hangs: one press is enough.
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Host, processHost, withStudio } from '../../../main/hosts/cli/host.ts'
import { fakeEntry } from '../../support/fake-studio.ts'
import { startHost } from '../../support/host-process.ts'
import { temporaryFolder } from '../../support/temporary.ts'

interface Caught extends Host {
  readonly said: string[]
  readonly exited: Promise<number>
  interrupt(): void
}

function host(silence: number): Caught {
  const said: string[] = []
  const exited = Promise.withResolvers<number>()
  let listener = (): void => undefined
  const write = (text: string): void => void said.push(text)
  return {
    streams: { out: { write }, err: { write } },
    compute: processHost.compute,
    silence,
    onInterrupt: (heard) => {
      listener = heard
      return () => undefined
    },
    exit: (code) => {
      exited.resolve(code)
      return undefined as never
    },
    said,
    exited: exited.promise,
    interrupt: () => {
      listener()
    },
  }
}

test('a command whose service hangs ends after a while, and says why', async () => {
  const home = join(temporaryFolder(), 'home')
  const service = startHost(home, fakeEntry, { order: 'hold' })
  onTestFinished(() => void service.child.kill('SIGKILL'))
  await service.until(({ say }) => say === 'ready')
  const caught = host(200)
  const command = withStudio(caught, { home }, async ({ studio }) => {
    service.child.kill('SIGSTOP')
    caught.interrupt()
    await studio.call('studio.watch', {})
  })
  expect(await caught.exited).toBe(130)
  expect(caught.said.join('')).toContain('does not answer')
  service.child.kill('SIGKILL')
  await expect(command).rejects.toMatchObject({ code: 'run/service-closed' })
})

test('one whose service answers is waited for', async () => {
  const home = join(temporaryFolder(), 'home')
  const service = startHost(home, fakeEntry, { order: 'hold' })
  onTestFinished(() => void service.child.kill('SIGKILL'))
  await service.until(({ say }) => say === 'ready')
  const caught = host(100)
  await withStudio(caught, { home }, async () => {
    caught.interrupt()
    await new Promise((resolve) => setTimeout(resolve, 500))
  })
  expect(await Promise.race([caught.exited, Promise.resolve('waited')])).toBe('waited')
})
