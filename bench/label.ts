// A table that is labelled: rows a second against a forward pass and against scoring, memory, and kill -9 in the middle.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { PreparedModel } from '../main/contract/model.ts'
import type { TunedPrompt } from '../main/contract/compute.ts'
import { answerTexts } from '../main/engine/evaluate/answer-texts.ts'
import { encoderFor } from '../main/engine/evaluate/encode.ts'
import { hiddenStates } from '../main/engine/evaluate/hidden-states.ts'
import { createInferenceRunner, type InferenceRunner } from '../main/engine/evaluate/inference-runner.ts'
import { scoreTask } from '../main/engine/evaluate/score.ts'
import { createRandom } from '../main/engine/random.ts'
import { peakBytes } from '../main/engine/runtime/peak-memory.ts'
import { defaultSettings } from '../main/engine/train/defaults.ts'
import { randomPrompt } from '../test/support/random-prompt.ts'
import { startHost, studioOf } from './support/host.ts'
import { starterFile, starterModel } from './support/model.ts'
import { type Bench, type BenchOptions, target } from './support/result.ts'
import { sampleLabels, sampleSplit } from './support/sample.ts'
import { inScratch } from './support/scratch.ts'
import { spread } from './support/spread.ts'

const size = {
  full: { rows: 5000, blocks: 12 },
  quick: { rows: 300, blocks: 1 },
} as const
/** Rows of a piece as the studio labels them. */
const pieceRows = 128
const tokens = 20
/** A pass over the texts, the labels and nothing else may take so much longer. */
const mostMore = 0.25

export const label: Bench = async ({ quick, say }) => {
  const { rows, blocks } = size[quick ? 'quick' : 'full']
  const model = await starterModel(say)
  const prompts: TunedPrompt[] = []
  for (const seed of [1, 2, 3])
    prompts.push(await randomPrompt(model, defaultSettings({ tokens: 16 }, sampleLabels()), sampleLabels(), seed))
  const texts = await textsOf(model, prompts[0] as TunedPrompt, rows)
  const passes = await comparePasses(model, prompts, texts.slice(0, blocks * pieceRows), say)
  const service = await inScratch((folder) => labelThrough(folder, texts, say))
  const [, , oneMore = NaN, threeMore = NaN] = passes.map(({ relative }) => relative)
  return {
    title: 'A table that is labelled',
    method:
      `Texts of exactly ${String(tokens)} tokens on the starter model, default settings (prefix tuning of 16 tokens behind the text), ${String(sampleLabels().length)} labels, CPU, float32. ` +
      `Passes over the same ${String(texts.slice(0, blocks * pieceRows).length)} rows take turns in pieces of ${String(pieceRows)}, as the studio labels them, on one thread, in seconds of its processor, so that other work on the machine counts little; ` +
      '"relative" is the median over the pieces, against a forward pass over template and text alone. Then the studio itself labels the whole table, copied, read, answered and stored; once more with its ' +
      'host and compute killed by kill -9 in the middle, and gone on with. Peak memory is VmHWM of the compute process.',
    table: {
      columns: ['work', 'rows', 'rows/s', 'relative'],
      rows: [
        ...passes.map(({ name, seconds, relative, rows: some }) => [
          name,
          String(some),
          (some / seconds).toFixed(1),
          relative.toFixed(3),
        ]),
        ['the studio, from start to end', String(rows), (rows / service.seconds).toFixed(1), ''],
      ],
    },
    targets: [
      target('labelling against reading the texts once', oneMore, '<=', 1 + mostMore),
      target('three prompts against reading the texts once each', threeMore, '<=', 3),
      target('rows lost that were said to be kept', service.lost, '<=', 0),
      target('bytes that differ after kill -9', service.differing, '<=', 0),
      target('peak memory of compute, GiB', service.memory / 2 ** 30, '<=', 2),
    ],
    doubts: [],
    figures: { passes, service },
  }
}

/** Different texts of random words, each of so many tokens. */
async function textsOf(model: PreparedModel, { settings, labels }: TunedPrompt, rows: number): Promise<string[]> {
  const { train } = await sampleSplit(0)
  const words = [...new Set(train.flatMap(({ text }) => text.split(/[^\p{L}]+/u)).filter((word) => word !== ''))]
  const { row } = encoderFor(model, settings, labels)
  const random = createRandom(11)
  const texts = new Set<string>()
  while (texts.size < rows) {
    let text = words[random.integer(words.length)] ?? ''
    for (let length = row(text).text.length; length < tokens; length = row(text).text.length)
      text += ` ${words[random.integer(words.length)] ?? ''}`
    if (row(text).text.length === tokens) texts.add(text)
  }
  return [...texts]
}

interface Pass {
  readonly name: string
  readonly rows: number
  readonly seconds: number
  /** Median over the pieces, against the forward pass over the same piece. */
  readonly relative: number
}

async function comparePasses(
  model: PreparedModel,
  prompts: readonly TunedPrompt[],
  texts: readonly string[],
  say: BenchOptions['say'],
): Promise<Pass[]> {
  const [prompt] = prompts as [TunedPrompt]
  const { settings, labels } = prompt
  const encoder = encoderFor(model, settings, labels)
  const works = {
    'forward pass over template and text': (runner: InferenceRunner, some: readonly string[]) =>
      hiddenStates(runner, some.map(encoder.row), undefined),
    score: (runner: InferenceRunner, some: readonly string[]) => {
      const examples = some.map((text, row) => ({ row, text, label: labels[0] ?? '' }))
      return scoreTask(runner, { model, settings, labels, examples, prompt }, () => undefined)
    },
    'label with one prompt': (runner: InferenceRunner, some: readonly string[]) =>
      answerTexts(runner, { model, prompts: [prompt], texts: asked(some) }, () => undefined),
    'label with three prompts': (runner: InferenceRunner, some: readonly string[]) =>
      answerTexts(runner, { model, prompts, texts: asked(some) }, () => undefined),
  } as const
  const runner = createInferenceRunner(model, { threads: 1 })
  try {
    const names = Object.keys(works) as (keyof typeof works)[]
    // The first one opens sessions.
    for (const name of names) await works[name](runner, texts.slice(0, 16))
    const times = new Map(names.map((name) => [name, [] as number[]]))
    for (let at = 0; at + pieceRows <= texts.length; at += pieceRows) {
      for (const name of at % (2 * pieceRows) === 0 ? names : names.toReversed()) {
        const before = process.cpuUsage()
        await works[name](runner, texts.slice(at, at + pieceRows))
        const { user, system } = process.cpuUsage(before)
        times.get(name)?.push((user + system) / 1e6)
      }
      say(
        `${String(at + pieceRows)} rows: ${names.map((name) => `${times.get(name)?.at(-1)?.toFixed(2) ?? ''} s`).join(', ')}`,
      )
    }
    const pure = times.get('forward pass over template and text') ?? []
    return names.map((name) => {
      const own = times.get(name) ?? []
      const seconds = own.reduce((sum, each) => sum + each, 0)
      return {
        name,
        rows: texts.length,
        seconds,
        relative: spread(own.map((each, i) => each / (pure[i] ?? NaN))).median,
      }
    })
  } finally {
    await runner.release()
  }
}

const asked = (texts: readonly string[]) => texts.map((text) => ({ text, context: '' }))

/** The studio labels the table, unbroken and with a kill -9; how long it took, what was lost, and whether the files are equal. */
async function labelThrough(folder: string, texts: readonly string[], say: BenchOptions['say']) {
  const home = join(folder, 'home')
  const [whole, broken] = [join(folder, 'whole.csv'), join(folder, 'broken.csv')]
  for (const path of [whole, broken])
    writeFileSync(path, ['message,n', ...texts.map((text, i) => `${text},${String(i)}`), ''].join('\n'))
  let host = await startHost(home)
  let studio = await studioOf(home)
  const { name: model } = await studio.call('models.add', { path: await starterFile(say) })
  const { dataset, version } = await studio.call('data.sample', {})
  const { text, label } = (await studio.call('data.show', { dataset })).roles
  const settings = { steps: 4, tokens: 16, validateEvery: 4, duel: false }
  const { name: run } = await studio.call('runs.start', { model, dataset, version, text, label, settings, test: 24 })
  say('Tuning a prompt in a few steps.')
  await studio.call('runs.watch', { run })
  const begin = async (path: string): Promise<number> => {
    const { id: labelling } = await studio.call('labellings.open', { path, prompts: [run] })
    await studio.call('labellings.start', { labelling })
    return labelling
  }
  const finish = async (labelling: number, path: string): Promise<Buffer> => {
    const { state, error } = await studio.call('labellings.watch', { labelling })
    if (state !== 'finished') throw new Error(`Labelling ended as ${state}: ${error ?? ''}`)
    await studio.call('labellings.save', { labelling, to: 'csv', path })
    return readFileSync(path)
  }
  const began = performance.now()
  const first = await begin(whole)
  // Before it ends: the process is gone with its memory soon after.
  const expected = finish(first, join(folder, 'whole-out.csv'))
  let memory = 0
  let ended = false
  const watched = (async () => {
    for (; !ended; await setTimeout(500)) memory = Math.max(memory, ...computing(host.pid).map(peakBytes))
  })()
  const bytes = await expected
  const seconds = (performance.now() - began) / 1000
  ended = true
  await watched
  say(`${String(texts.length)} rows in ${seconds.toFixed(1)} s.`)
  const second = await begin(broken)
  let seen = 0
  await until(
    async () => (seen = (await studio.call('labellings.show', { labelling: second })).done) >= texts.length / 2,
  )
  // Some way into the next piece.
  await setTimeout(1500)
  await host.end('SIGKILL')
  host = await startHost(home)
  studio = await studioOf(home)
  const { done, state } = await studio.call('labellings.show', { labelling: second })
  say(`Killed behind ${String(seen)} rows; ${String(done)} were kept, and it is ${state}.`)
  await studio.call('labellings.start', { labelling: second })
  const again = await finish(second, join(folder, 'broken-out.csv'))
  await studio.close()
  await host.end()
  const differing = again.length === bytes.length ? bytes.filter((byte, i) => byte !== again[i]).length : bytes.length
  return { seconds, memory, lost: Math.max(0, seen - done), differing, kept: done }
}

const computing = (pid: number): number[] =>
  spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter(Boolean)
    .map(Number)

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await setTimeout(100)
}
