// Every road to an answer chooses the same label: score, classify, the command line, a prompt file or folder in another home,
// apply.py.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { StudioEvent } from '../../main/contract/service.ts'
import type { GivenSettings } from '../../main/contract/settings.ts'
import { processHost } from '../../main/hosts/cli/host.ts'
import { runProgram } from '../../main/hosts/cli/program.ts'
import { forkCompute } from '../../main/service/compute/child.ts'
import { openHome } from '../../main/service/home/home.ts'
import { createService } from '../../main/service/service.ts'
import { pythonJob } from '../support/python-job.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { tinyFolder } from '../support/tiny.ts'

const labels = ['card', 'card arrival', 'card arrival estimate', 'Card', 'delivery']
/** Texts that are nothing alike, some of them too long. */
const texts = Array.from({ length: 50 }, (_, i) => {
  const word = (j: number): string => (7919 * (i + 1) * (j + 3) ** 2).toString(36)
  return `${Array.from({ length: 3 + (i % 20) }, (_each, j) => word(j)).join(' ')} ${labels[i % 5] ?? ''}`
})

async function studio(folder: string, name: string) {
  const home = join(folder, name)
  const spawn = forkCompute(processHost.compute)
  const service = await createService({ home: openHome(home), spawn, threads: 2 })
  onTestFinished(() => service.close())
  await service.call('models.add', { path: tinyFolder('qwen3'), name: 'tiny' })
  return { service, home }
}

async function cli(...args: string[]): Promise<Record<string, unknown>> {
  let out = ''
  const streams = { out: { write: (text: string) => (out += text) }, err: { write: () => undefined } }
  expect(await runProgram([...args, '--json'], { ...processHost, streams })).toBe(0)
  return JSON.parse(out.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>
}

/** A studio with a tuned run "mail", and the label that it chooses for each text. */
async function tuned(folder: string, own: GivenSettings) {
  const data = join(folder, 'mail.jsonl')
  writeFileSync(data, texts.map((text, i) => `${JSON.stringify({ text, label: labels[i % 5] })}\n`).join(''))
  const { service, home } = await studio(folder, 'first')
  const { dataset, version } = await service.call('data.import', { path: data })
  const columns = { dataset, version, text: 'text', label: 'label' }
  // Without cross-validation, whose evidence later scores of the same rows do not replace.
  const settings = { steps: 30, maxTokens: 48, seed: 1, folds: 0, ...own }
  await service.call('runs.start', { ...columns, model: 'tiny', name: 'mail', settings })
  await service.call('runs.watch', { run: 'mail' })
  await service.call('score', { ...columns, run: 'mail' })
  // The answers of `score`, which are the run's latest.
  const answers = await service.call('runs.answers', { run: 'mail', subject: 'tuned prompt' })
  const scored = new Map(answers.map(({ text, predicted }) => [text, predicted]))
  expect(scored.size).toBe(texts.length)
  expect(new Set(scored.values()).size).toBeGreaterThan(1)
  return { service, home, scored }
}

/** The exported folder, and what its own program answers to each text. */
async function takenAway(service: Service, folder: string, scored: ReadonlyMap<string, string>) {
  const target = join(folder, 'taken away')
  await service.call('export', { run: 'mail', to: 'peft', folder: target })
  const [rows, out] = [join(folder, 'rows.jsonl'), join(folder, 'out')]
  writeFileSync(rows, [...scored.keys()].map((text) => `${JSON.stringify({ text })}\n`).join(''))
  pythonJob('choices.py', [{ base: tinyFolder('qwen3'), folder: target, rows, out, check: true }], folder)
  expect(readFileSync(`${out}.check`, 'utf8')).toMatch(/^The same answers as in the studio/)
  const lines = readFileSync(out, 'utf8').trimEnd().split('\n')
  return { target, chosen: lines.map((line) => (JSON.parse(line) as { answer: string }).answer) }
}

type Service = Awaited<ReturnType<typeof studio>>['service']

it('and the same as every other one, over labels that begin alike', async () => {
  const folder = temporaryFolder()
  const { service, home, scored } = await tuned(folder, { tokens: 4, learningRate: 0.05 })

  const { service: other, home: otherHome } = await studio(folder, 'second')
  const archive = await service.call('export.archive', { run: 'mail', to: 'bundle' })
  const bundle = join(folder, archive.name)
  writeFileSync(bundle, archive.bytes)
  const notes: StudioEvent[] = []
  const opened = await other.call('prompts.open', { path: bundle }, { onEvent: (event) => notes.push(event) })
  expect(opened.checked).toBeUndefined()
  expect(notes.filter((event) => 'code' in event && event.code === 'prompt/not-checked')).toEqual([])
  for (const [text, predicted] of scored)
    for (const each of [service, other]) {
      const {
        labels: [best],
      } = await each.call('classify', { run: 'mail', text })
      expect(best?.label).toBe(predicted)
    }
  for (const text of texts.filter((_, i) => i % 10 === 3))
    for (const at of [home, otherHome])
      expect(await cli('try', 'mail', text, '--home', at)).toMatchObject({ answer: scored.get(text) })

  const { chosen } = await takenAway(service, folder, scored)
  expect(chosen).toEqual([...scored.values()])
}, 600_000)

it('by a folder of PEFT in another studio, and by PEFT, with LoRA on the tail', async () => {
  const folder = temporaryFolder()
  const { service, scored } = await tuned(folder, { method: 'tail-lora', tail: 2, learningRate: 0.02 })
  const { target, chosen } = await takenAway(service, folder, scored)
  expect(chosen).toEqual([...scored.values()])
  const { service: other, home } = await studio(folder, 'second')
  expect(await cli('open', target, '--home', home)).toMatchObject({
    run: 'taken away',
    model: 'tiny',
    labels: labels.toSorted(),
  })
  for (const [text, predicted] of scored) {
    const {
      labels: [best],
    } = await other.call('classify', { run: 'taken away', text })
    expect(best?.label).toBe(predicted)
  }
}, 600_000)
