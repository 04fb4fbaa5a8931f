// Time a step of a tail adapter against that of the prefix, over the same precomputed texts, and against PEFT's LoRA.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRandom } from '../main/engine/random.ts'
import { referencePython } from '../test/support/python-env.ts'
import { fasterWaiting, sameWork, startOurs, startTheirs, type Waiting } from './support/contenders.ts'
import { huggingFaceFolder, rowsOf } from './support/hf-folder.ts'
import { plainStep, type StepJob, type Way } from './support/job.ts'
import { busyDoubts, othersShare } from './support/machine.ts'
import { starterModel, threads } from './support/model.ts'
import { type Bench, type Findings, target } from './support/result.ts'
import { inScratch } from './support/scratch.ts'
import { shown, spread, type Spread } from './support/spread.ts'
import type { Worker } from './support/worker.ts'

const textTokens = { full: 128, quick: 16 } as const
const tokens = 16
const rank = 8
const batch = 8
const rounds = { full: 5, quick: 1 } as const
/** In each round: short steps need more of them. */
const stepsEach = { ours: 8, theirs: 1 } as const

const prefix = 'prefix, after-text'
const ours = [prefix, 'tail-lora', 'tail-ia3', 'tail-bias', 'prefix-tail-lora'] as const satisfies readonly Way[]

export const adapters: Bench = async ({ quick, say }) => {
  const model = await starterModel(say)
  const hf = await huggingFaceFolder(model)
  const python = referencePython()
  const random = createRandom(1)
  const ids = (count: number): number[] => Array.from({ length: count }, () => random.integer(model.config.vocab))
  const prompt = await rowsOf(model, 'model.embed_tokens.weight', ids(tokens))
  const size = quick ? 'quick' : 'full'
  return inScratch(async (scratch) => {
    const rows = Array.from({ length: batch }, () => ({ ids: ids(textTokens[size]), labels: 2 }))
    const jobOf = (way: Way): string => {
      const job: StepJob = { model, folder: hf, prompt, tokens, rank, batches: [rows], threads, ...plainStep, way }
      const path = join(scratch, `${way}.json`)
      writeFileSync(path, JSON.stringify(job))
      return path
    }
    const waiting = await fasterWaiting(python, jobOf('tail-lora'))
    const theirs = startTheirs(python, jobOf('tail-lora'), 'float32', waiting, threads)
    const workers = new Map<string, Worker>(ours.map((way) => [way, startOurs(jobOf(way), threads)]))
    try {
      return findings(await byTurns(workers, theirs, rounds[size], say), waiting, textTokens[size])
    } finally {
      await Promise.all([theirs, ...workers.values()].map((worker) => worker.close()))
    }
  })
}

interface Turns {
  /** Median milliseconds of each round, by who. */
  readonly ours: ReadonlyMap<string, readonly number[]>
  readonly theirs: readonly number[]
  readonly othersShare: Spread
}

async function byTurns(
  workers: ReadonlyMap<string, Worker>,
  theirs: Worker,
  count: number,
  say: (line: string) => void,
): Promise<Turns> {
  const their = (await theirs.steps(1)).losses
  for (const [way, worker] of workers) {
    const { losses } = await worker.steps(1)
    // Both begin as the base model, so that their first losses are equal.
    if (way === 'tail-lora') sameWork(losses, their)
  }
  const found = new Map([...workers.keys()].map((way): [string, number[]] => [way, []]))
  const theirTimes: number[] = []
  const shares: number[] = []
  for (let round = 0; round < count; round++) {
    shares.push(await othersShare())
    for (const [way, worker] of workers)
      found.get(way)?.push(spread((await worker.steps(stepsEach.ours)).milliseconds).median)
    theirTimes.push(spread((await theirs.steps(stepsEach.theirs)).milliseconds).median)
    const now = [...found].map(([way, times]) => `${way} ${(times.at(-1) ?? NaN).toFixed(0)} ms`)
    say(
      `Round ${String(round + 1)} of ${String(count)}: ${now.join(', ')}, PEFT's LoRA ${(theirTimes.at(-1) ?? NaN).toFixed(0)} ms`,
    )
  }
  return { ours: found, theirs: theirTimes, othersShare: spread(shares) }
}

function findings(turns: Turns, waiting: Waiting, text: number): Findings {
  const { theirs, othersShare: others } = turns
  const times = (way: string): readonly number[] => turns.ours.get(way) ?? []
  const over = (some: readonly number[], base: readonly number[]): Spread =>
    spread(some.map((each, i) => each / (base[i] ?? NaN)))
  const rows = ours.map((way) => ({
    way,
    milliseconds: spread(times(way)),
    toPrefix: over(times(way), times(prefix)),
    faster: over(theirs, times(way)),
  }))
  const of = (way: Way) => rows.find((row) => row.way === way)
  return {
    title: 'Time a step of tail adapters',
    method:
      `Texts of ${String(text)} tokens, batch ${String(batch)}, loss over the vocabulary on two label tokens, AdamW, float32, CPU, all cores. Ours: over precomputed texts, a tail of ` +
      `one token, and the label's. PEFT: LoRA of rank ${String(rank)} on all linear maps, which reads the texts in each step; its threads are faster ${waiting}. By turns, never two at ` +
      'once; ratios are taken round by round and shown as median (lowest to highest).',
    table: {
      columns: ['who', 'ms a step', 'over the prefix', "times faster than PEFT's LoRA"],
      rows: [
        ...rows.map(({ way, milliseconds, toPrefix, faster }) => [
          way,
          shown(milliseconds, 0),
          shown(toPrefix),
          shown(faster, 1),
        ]),
        ["PEFT's LoRA", shown(spread(theirs), 0), '–', '–'],
      ],
    },
    targets: [
      ...rows
        .filter(({ way }) => way.startsWith('tail'))
        .map(({ way, toPrefix }) => target(`time a step over the prefix's, ${way}`, toPrefix.median, '<=', 1.5)),
      target("times faster than PEFT's LoRA, tail-lora", of('tail-lora')?.faster.median ?? NaN, '>=', 10),
    ],
    doubts: busyDoubts(others.median),
    figures: { rows, theirs: spread(theirs), othersShare: others },
  }
}
