// Time a step and peak memory of each precision, and with KV precompute, against PEFT's prompt tuning.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PrecisionName } from '../main/contract/model.ts'
import type { MemoryName } from '../main/contract/settings.ts'
import { inPrecision } from '../main/engine/model/in-precision.ts'
import { createRandom } from '../main/engine/random.ts'
import { referencePython } from '../test/support/python-env.ts'
import { fasterWaiting, startOurs, startTheirs, type Waiting } from './support/contenders.ts'
import { huggingFaceFolder, rowsOf } from './support/hf-folder.ts'
import { type Measurement, plainStep, type StepJob, type Way } from './support/job.ts'
import { busyDoubts, othersShare } from './support/machine.ts'
import { starterModel, threads } from './support/model.ts'
import { type Bench, type Findings, target, type Target } from './support/result.ts'
import { inScratch } from './support/scratch.ts'
import { shown, spread, type Spread } from './support/spread.ts'
import type { Worker } from './support/worker.ts'

const textLengths = { full: [32, 128, 512], quick: [16] } as const
const tokens = 16
const batch = 8
const rounds = { full: 3, quick: 1 } as const

interface Mode {
  readonly name: string
  readonly way: Way
  readonly precision: PrecisionName
  readonly memory: MemoryName
  /** In each round: short steps need more of them. */
  readonly steps: number
  /** Time a step over PEFT's best, by the texts' length. */
  readonly wanted: Readonly<Record<number, number>>
  /** Peak memory over PEFT's float32. */
  readonly wantedMemory?: number
}

const whole = { way: 'prompt, start', memory: 'normal', steps: 1 } as const
const precomputed = { precision: 'float32', memory: 'normal' } as const

const modes: readonly Mode[] = [
  { ...whole, name: 'float32', precision: 'float32', wanted: {} },
  { ...whole, name: 'float32, little memory', precision: 'float32', memory: 'low', wanted: {}, wantedMemory: 0.5 },
  { ...whole, name: 'int8', precision: 'int8', wanted: { 32: 0.5, 128: 0.5, 512: 0.5 } },
  { ...whole, name: 'f16', precision: 'f16', wanted: {} },
  { ...precomputed, name: 'prompt, KV precompute', way: 'prompt, after-text', steps: 4, wanted: { 128: 0.12 } },
  {
    ...precomputed,
    name: 'prefix, KV precompute',
    way: 'prefix, after-text',
    steps: 8,
    wanted: { 32: 0.1, 128: 0.04, 512: 0.015 },
  },
]

interface ModeFigures {
  readonly name: string
  readonly milliseconds: Spread
  /** Over PEFT's best, round by round. */
  readonly timeRatio: Spread
  readonly peakBytes: number
  readonly peakRatio: number
  readonly precomputeMs: number
}

interface LengthFigures {
  readonly text: number
  readonly peft: {
    readonly float32: Spread
    readonly bfloat16: Spread | undefined
    readonly peakBytes: number
    readonly waiting: Waiting
  }
  readonly modes: readonly ModeFigures[]
  readonly othersShare: Spread
}

export const modesBench: Bench = async ({ quick, say }) => {
  const model = await starterModel(say)
  for (const { precision } of modes) await inPrecision(model, precision)
  const hf = await huggingFaceFolder(model)
  const python = referencePython()
  const random = createRandom(1)
  const ids = (count: number): number[] => Array.from({ length: count }, () => random.integer(model.config.vocab))
  const prompt = await rowsOf(model, 'model.embed_tokens.weight', ids(tokens))
  const size = quick ? 'quick' : 'full'
  return inScratch(async (scratch) => {
    const figures: LengthFigures[] = []
    let waiting: Waiting | undefined
    for (const text of textLengths[size]) {
      const rows = Array.from({ length: batch }, () => ({ ids: ids(text), labels: 2 }))
      const jobOf = ({ way, precision, memory }: Pick<Mode, 'way' | 'precision' | 'memory'>): string => {
        const common = { model, folder: hf, prompt, tokens, batches: [rows], threads, ...plainStep }
        const job: StepJob = { ...common, way, precision, memory }
        const path = join(scratch, `${String(text)} ${way} ${precision} ${memory}.json`)
        writeFileSync(path, JSON.stringify(job))
        return path
      }
      waiting ??= await fasterWaiting(python, jobOf({ ...whole, precision: 'float32' }))
      figures.push(await measureLength(text, jobOf, python, waiting, rounds[size], say))
    }
    return findings(figures)
  })
}

/** Milliseconds of a step in one round of a worker, and its memory since it began. */
interface Turn extends Pick<Measurement, 'peakBytes' | 'precomputeMs'> {
  readonly ms: number
}

async function measureLength(
  text: number,
  jobOf: (mode: Pick<Mode, 'way' | 'precision' | 'memory'>) => string,
  python: string,
  waiting: Waiting,
  count: number,
  say: (line: string) => void,
): Promise<LengthFigures> {
  const plain = jobOf({ ...whole, precision: 'float32' })
  const theirs = startTheirs(python, plain, 'float32', waiting, threads)
  const half = startTheirs(python, plain, 'bfloat16', waiting, threads)
  const ours = modes.map((mode) => startOurs(jobOf(mode), threads))
  try {
    const { kernels } = await half.steps(0)
    const shares: number[] = []
    const turn = async (worker: Worker, steps: number): Promise<Turn> => {
      shares.push(await othersShare())
      const { milliseconds, peakBytes, precomputeMs } = await worker.steps(steps)
      return { ms: spread(milliseconds).median, peakBytes, precomputeMs }
    }
    // The first step of each opens its sessions.
    for (const worker of [theirs, ...(kernels ? [half] : []), ...ours]) await worker.steps(1)
    const peft: number[] = []
    const peftHalf: number[] = []
    const measured: Turn[][] = modes.map(() => [])
    let peftPeak = 0
    for (let round = 0; round < count; round++) {
      const { ms, peakBytes } = await turn(theirs, 1)
      peft.push(ms)
      peftPeak = peakBytes
      if (kernels) peftHalf.push((await turn(half, 1)).ms)
      for (const [i, worker] of ours.entries()) measured[i]?.push(await turn(worker, modes[i]?.steps ?? 1))
      const now = modes.map(({ name }, i) => `${name} ${(measured[i]?.at(-1)?.ms ?? NaN).toFixed(0)}`).join(', ')
      say(`Texts of ${String(text)}, round ${String(round + 1)} of ${String(count)}: PEFT ${ms.toFixed(0)} ms, ${now}`)
    }
    const best = peft.map((ms, i) => Math.min(ms, peftHalf[i] ?? Infinity))
    return {
      text,
      peft: { float32: spread(peft), bfloat16: kernels ? spread(peftHalf) : undefined, peakBytes: peftPeak, waiting },
      modes: modes.map(({ name }, i) => modeFigures(name, measured[i] ?? [], best, peftPeak)),
      othersShare: spread(shares),
    }
  } finally {
    await Promise.all([theirs, half, ...ours].map((worker) => worker.close()))
  }
}

/** `best`: milliseconds of PEFT's faster type in each round. */
function modeFigures(name: string, turns: readonly Turn[], best: readonly number[], peftPeak: number): ModeFigures {
  const { peakBytes = 0, precomputeMs = 0 } = turns.at(-1) ?? {}
  return {
    name,
    milliseconds: spread(turns.map(({ ms }) => ms)),
    timeRatio: spread(turns.map(({ ms }, round) => ms / (best[round] ?? NaN))),
    peakBytes,
    peakRatio: peakBytes / peftPeak,
    precomputeMs,
  }
}

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0)
const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(2)

function findings(figures: readonly LengthFigures[]): Findings {
  const others = Math.max(...figures.map(({ othersShare: { median } }) => median))
  return {
    title: 'Precisions and KV precompute, against PEFT',
    method:
      `${String(tokens)} virtual tokens, batch ${String(batch)}, loss over the vocabulary on two label tokens, AdamW, CPU, all cores, by turns, ` +
      "never two at once. PEFT does prompt tuning at the start. Ratios are to PEFT's best of float32 and, where PyTorch has kernels for it on " +
      'this CPU, bfloat16, round by round, as median (lowest to highest). "KV precompute": the virtual tokens come after the text, whose keys and ' +
      'values are computed once beforehand ("precompute s", for the batch); a step then computes only what follows. Peak memory is VmHWM of the whole process.',
    table: {
      columns: ['text tokens', 'mode', 's a step', 'time / PEFT', 'MiB', 'memory / PEFT float32', 'precompute s'],
      rows: figures.flatMap(({ text, peft, modes: each }) => [
        [String(text), 'PEFT float32', seconds(peft.float32.median), '1', megabytes(peft.peakBytes), '1', '–'],
        ...(peft.bfloat16 ? [[String(text), 'PEFT bfloat16', seconds(peft.bfloat16.median), '–', '–', '–', '–']] : []),
        ...each.map((mode) => [
          String(text),
          mode.name,
          seconds(mode.milliseconds.median),
          shown(mode.timeRatio, 3),
          megabytes(mode.peakBytes),
          mode.peakRatio.toFixed(2),
          mode.precomputeMs > 0 ? seconds(mode.precomputeMs) : '–',
        ]),
      ]),
    },
    targets: figures.flatMap(({ text, modes: each }) =>
      modes.flatMap(({ name, wanted, wantedMemory }, i): Target[] => {
        const limit = wanted[text]
        const got = each[i]?.timeRatio.median ?? NaN
        const memory = each[i]?.peakRatio ?? NaN
        return [
          ...(limit === undefined
            ? []
            : [target(`time a step / PEFT, ${name}, texts of ${String(text)}`, got, '<=', limit)]),
          ...(wantedMemory === undefined
            ? []
            : [target(`peak memory / PEFT float32, ${name}, texts of ${String(text)}`, memory, '<=', wantedMemory)]),
        ]
      }),
    ),
    doubts: busyDoubts(others),
    figures,
  }
}
