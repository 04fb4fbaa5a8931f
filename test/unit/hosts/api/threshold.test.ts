// The local API's answers are calibrated, and unsure where the prompt's threshold leaves them to a person.
import { expect, test } from 'vitest'
import { promptsForAll, serve } from '../../../support/api.ts'

const prompts = promptsForAll()

test('a threshold makes answers unsure that are less sure, in every format, and as sure as its calibration has them', async () => {
  const { service, model } = prompts()
  const api = await serve(service, model)
  await prompts().add('sure')
  await service.call('calibrations.measure', { run: 'sure' })
  await service.call('calibrations.limit', { run: 'sure', limit: 0.4 })
  const classified = async (text: string) => {
    const { json } = await api.post('/v1/classify', { prompt: 'sure', text })
    return (json as { answers: readonly { probability: number }[] }).answers[0]
  }
  // The test engine is 90 % sure of a text that begins with a label, and 40 % of others.
  await expect.poll(() => classified('what?'), { timeout: 20_000 }).toMatchObject({ label: 'billing', unsure: true })
  expect(await classified('praise be')).toMatchObject({ label: 'praise', unsure: false })
  const shown = await service.call('calibrations.show', { run: 'sure' })
  const temperature = 'calibration' in shown ? shown.calibration.temperature : NaN
  const [own, other] = [0.4, 0.3].map((raw) => raw ** (1 / temperature)) as [number, number]
  expect((await classified('what?'))?.probability).toBeCloseTo(own / (own + 2 * other), 9)
  const choices = ['billing', 'delivery', 'praise'].map((value) => ({ value }))
  const questions = [{ type: 'choice', name: 'sure', instructions: 'Which?', choices }]
  const decided = await api.post('/v1/decisions', { model, input: 'what?', questions })
  expect(decided.json).toMatchObject({ answers: [{ choice: 'billing', unsure: true }] })
  const asked = {
    sure: { type: 'choice', instructions: 'Which?', criteria: { billing: null, delivery: null, praise: null } },
  }
  const system = await api.post('/v1/systemone', { model, state: 'praise be', questions: asked })
  expect(system.json).toMatchObject({ answers: { sure: { choice: 'praise', unsure: false } } })
})
