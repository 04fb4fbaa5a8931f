// Programs ask prompts: many questions at once, by a process that stays, and that another one replaces where it dies.
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { GivenSettings } from '../../../../main/contract/settings.ts'
import { openHome } from '../../../../main/service/home/home.ts'
import { createService } from '../../../../main/service/service.ts'
import { prepareStudio, quick, spawnFake, watchRun } from '../../../support/fake-studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

async function start() {
  const folder = temporaryFolder()
  const processes: number[] = []
  const spawn = () => {
    const child = spawnFake()
    processes.push(child.pid ?? 0)
    return child
  }
  const service = await createService({ home: openHome(join(folder, 'home')), spawn, threads: 1 })
  onTestFinished(() => service.close())
  const base = await prepareStudio(service, folder)
  const tune = async (name: string, settings: GivenSettings = {}) => {
    await service.call('runs.start', { ...base, name, settings: { ...quick, ...settings } })
    await watchRun(service, name)
  }
  await tune('team')
  processes.length = 0
  return { service, base, tune, processes }
}

const byPrompt = (prompt: string) => ({ by: 'prompt' as const, prompt })

describe('serving.ask', () => {
  it('answers prompts and questions in words about one text, in their order, with labels in theirs', async () => {
    const { service, base, processes } = await start()
    const written = {
      ...{ by: 'written' as const, model: base.model, instructions: 'Urgent?' },
      options: [{ label: 'yes' }, { label: 'no' }],
    }
    const { answers, usage } = await service.call('serving.ask', {
      text: 'delivery is late',
      questions: [byPrompt('team'), written, byPrompt('1')],
    })
    const team = [
      { label: 'billing', probability: expect.closeTo(0.05) as number },
      { label: 'delivery', probability: expect.closeTo(0.9) as number },
      { label: 'praise', probability: expect.closeTo(0.05) as number },
    ]
    expect(answers.map(({ labels }) => labels)).toEqual([
      team,
      [
        { label: 'yes', probability: expect.closeTo(0.9) as number },
        { label: 'no', probability: expect.closeTo(0.1) as number },
      ],
      team,
    ])
    expect(usage.input).toBeGreaterThan(0)
    await service.call('serving.ask', { text: 'praise', questions: [byPrompt('team')] })
    // The base model in the precision of the prompts, and in its own.
    expect(processes.length).toBeLessThanOrEqual(2)
  })

  it('goes on with a new process where one dies, whose requests hear of it', async () => {
    const { service, processes } = await start()
    await service.call('serving.ask', { text: 'praise', questions: [byPrompt('team')] })
    const dying = ['die', 'praise'].map((text) => service.call('serving.ask', { text, questions: [byPrompt('team')] }))
    await Promise.all(dying.map((call) => expect(call).rejects.toMatchObject({ code: 'run/crashed' })))
    const { answers } = await service.call('serving.ask', { text: 'praise', questions: [byPrompt('team')] })
    expect(answers[0]?.labels[2]).toMatchObject({ label: 'praise', probability: expect.closeTo(0.9) as number })
    expect(processes).toHaveLength(2)
  })

  it('forgets a request that nobody waits for, and answers the others', async () => {
    const { service } = await start()
    const abort = new AbortController()
    const ask = (signal?: AbortSignal) =>
      service.call('serving.ask', { text: 'praise', questions: [byPrompt('team')] }, signal ? { signal } : {})
    const [left, stayed] = [ask(abort.signal), ask()]
    abort.abort()
    await expect(left).rejects.toMatchObject({ code: 'run/cancelled' })
    expect((await stayed).answers).toHaveLength(1)
  })

  it('refuses what it does not know, and prompts that write', async () => {
    const { service, tune } = await start()
    await tune('writer', { task: 'generation' })
    const ask = (prompt: string) => service.call('serving.ask', { text: 'praise', questions: [byPrompt(prompt)] })
    await expect(ask('nobody')).rejects.toMatchObject({ code: 'store/missing' })
    await expect(ask('writer')).rejects.toMatchObject({ code: 'serving/writes' })
    await expect(service.call('serving.ask', { text: '', questions: [] })).rejects.toMatchObject({
      code: 'run/bad-input',
    })
  })

  it('knows a prompt by its new name, and no more by its old one', async () => {
    const { service } = await start()
    const ask = (prompt: string) => service.call('serving.ask', { text: 'praise', questions: [byPrompt(prompt)] })
    await ask('team')
    await service.call('runs.edit', { run: 'team', name: 'crew' })
    expect((await ask('crew')).answers).toHaveLength(1)
    await expect.poll(() => ask('team').then(String, ({ code }: { code: string }) => code)).toBe('store/missing')
  })
})
