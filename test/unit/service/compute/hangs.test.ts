// Compute that hangs, in real processes: it is ended and told, others do not wait for it, and it outlives nobody.
import { spawn } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { forkCompute } from '../../../../main/service/compute/child.ts'
import { usualBounds } from '../../../../main/service/compute/watchdog.ts'
import { openHome } from '../../../../main/service/home/home.ts'
import { createService } from '../../../../main/service/service.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const root = join(import.meta.dirname, '../../../..')
const tiny = join(root, 'test/fixtures/tiny/llama')
const chat = { kind: 'chat', body: '{text}', instruction: '', answerPrefix: '' } as const

/** A copy of the tiny model with other contents of one of its files. */
function model(name: string, file: string, change: (json: Record<string, unknown>) => object): string {
  const folder = join(temporaryFolder(), name)
  cpSync(tiny, folder, { recursive: true })
  const json = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, unknown>
  writeFileSync(join(folder, file), JSON.stringify({ ...json, ...change(json) }))
  return folder
}

const loop = '{% for a in range(100000) %}{% for b in range(100000) %}{{ a * b }}{% endfor %}{% endfor %}'
const withTemplate = (name: string, template: string): string =>
  model(name, 'tokenizer_config.json', () => ({ chat_template: template }))

/** A dead one that its new parent has not buried yet counts as dead. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${String(pid)}/stat`, 'utf8'))
  } catch {
    return false
  }
}

test(
  'a chat template that never ends is ended with a sentence, and nobody waits for it',
  { timeout: 120_000 },
  async () => {
    const fork = forkCompute(join(root, 'main/compute/main.ts'))
    const pids: number[] = []
    const counted = () => {
      const child = fork()
      pids.push(child.pid!)
      return child
    }
    const bounds = { ...usualBounds, look: 100, suspect: 600, silence: { ...usualBounds.silence, preview: 4000 } }
    const home = openHome(join(temporaryFolder(), 'home'))
    const service = await createService({ home, spawn: counted, threads: 1, bounds })
    onTestFinished(() => service.close())
    const good = "{% for m in messages %}{{ m['content'] }}{% endfor %}"
    await service.call('models.add', { path: withTemplate('good', good), name: 'good' })
    await service.call('models.add', { path: withTemplate('hostile', loop), name: 'hostile' })
    const { dataset, version } = await service.call('data.sample', {})
    const { roles } = await service.call('data.show', { dataset })
    const rows = { dataset, version, text: roles.text, label: roles.label, rows: [2], settings: { template: chat } }

    const before = pids.length
    let hangs = true
    const hostile = service.call('data.preview', { ...rows, model: 'hostile' }).finally(() => (hangs = false))
    const answer = expect(hostile).rejects.toMatchObject({
      code: 'compute/silent',
      message: expect.stringContaining('did not answer within 4 seconds') as string,
    })
    expect((await service.call('data.preview', { ...rows, model: 'good' })).rows).toHaveLength(1)
    expect(hangs).toBe(true)
    await answer
    // The one that hung is gone with its memory; the other one stays for the next job.
    const [hung, other] = pids.slice(before) as [number, number]
    expect([isAlive(hung), isAlive(other)]).toEqual([false, true])
  },
)

test('a process that hangs does not outlive its service', { timeout: 60_000 }, async () => {
  const parent = spawn(process.execPath, [
    fileURLToPath(new URL('../../../support/hanging-parent.ts', import.meta.url)),
  ])
  onTestFinished(() => void parent.kill('SIGKILL'))
  const pid = await new Promise<number>((resolve) => {
    parent.stdout.once('data', (text: Buffer) => {
      resolve(Number(text.toString()))
    })
  })
  expect(isAlive(pid)).toBe(true)
  parent.kill('SIGKILL')
  await vi.waitFor(
    () => {
      expect(isAlive(pid)).toBe(false)
    },
    { timeout: 20_000, interval: 200 },
  )
})
