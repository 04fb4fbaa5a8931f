// Time a step and peak memory: ours, PEFT in float32 and PEFT in bfloat16, by turns, on the same weights and batch.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRandom } from '../main/engine/random.ts'
import { referencePython } from '../test/support/python-env.ts'
import { fasterWaiting, type Precision, sameWork, startOurs, startTheirs, type Waiting } from './support/contenders.ts'
import { huggingFaceFolder, rowsOf } from './support/hf-folder.ts'
import { plainStep, type StepJob } from './support/job.ts'
import { busyDoubts, othersShare } from './support/machine.ts'
import { starterModel, threads } from './support/model.ts'
import { type Bench, type Findings, target } from './support/result.ts'
import { inScratch } from './support/scratch.ts'
import { shown, spread, type Spread } from './support/spread.ts'
import type { Worker } from './support/worker.ts'

const textLengths = { full: [64, 256], quick: [16] } as const
/** Where bfloat16 is measured even without kernels for it. */
const shortest = 64
const tokens = 16
const batch = 8
const rounds = { full: 3, quick: 2 } as const
/** In each round. */
const stepsEach = { full: { ours: 3, float32: 3, bfloat16: 1 }, quick: { ours: 1, float32: 1, bfloat16: 1 } } as const

type Contender = 'ours' | Precision
const contenders = ['ours', 'float32', 'bfloat16'] as const

interface LengthFigures {
  readonly text: number
  /** bfloat16 is undefined where a step would take a quarter of an hour: long texts without kernels for it. */
  readonly milliseconds: { readonly ours: Spread; readonly float32: Spread; readonly bfloat16: Spread | undefined }
  /** Ours over PEFT's, round by round. */
  readonly timeRatio: { readonly float32: Spread; readonly bfloat16: Spread | undefined }
  readonly peakBytes: { readonly [C in Contender]: number }
  readonly peakRatio: { readonly float32: number; readonly bfloat16: number | undefined }
  /** How PEFT's threads wait. */
  readonly waiting: Waiting
  /** Whether PyTorch has kernels for bfloat16 on this CPU; without them it is many times slower than float32. */
  readonly bfloat16Kernels: boolean
  /** Others' share of the cores, looked at before every turn. */
  readonly othersShare: Spread
}

export const step: Bench = async ({ quick, say }) => {
  const model = await starterModel(say)
  const hf = await huggingFaceFolder(model)
  const python = referencePython()
  const random = createRandom(1)
  const ids = (count: number): number[] => Array.from({ length: count }, () => random.integer(model.config.vocab))
  const prompt = await rowsOf(model, 'model.embed_tokens.weight', ids(tokens))
  const size = quick ? 'quick' : 'full'
  return inScratch(async (scratch) => {
    const figures: LengthFigures[] = []
    for (const text of textLengths[size]) {
      const rows = Array.from({ length: batch }, () => ({ ids: ids(text), labels: 2 }))
      const job: StepJob = { model, folder: hf, prompt, tokens, batches: [rows], threads, ...plainStep }
      const path = join(scratch, `${text}.json`)
      writeFileSync(path, JSON.stringify(job))
      figures.push(await measureLength(text, path, python, rounds[size], stepsEach[size], say))
    }
    return findings(figures)
  })
}

async function measureLength(
  text: number,
  job: string,
  python: string,
  count: number,
  steps: Readonly<Record<Contender, number>>,
  say: (line: string) => void,
): Promise<LengthFigures> {
  const how = await fasterWaiting(python, job)
  say(`Texts of ${text}: PEFT's threads are faster ${how}.`)
  const workers: { readonly [C in Contender]: Worker } = {
    ours: startOurs(job, threads),
    float32: startTheirs(python, job, 'float32', how, threads),
    bfloat16: startTheirs(python, job, 'bfloat16', how, threads),
  }
  try {
    // Without instructions for it, a bfloat16 step takes minutes: it is done once then, after the others.
    const { kernels } = await workers.bfloat16.steps(0)
    const byTurns = contenders.filter((who) => kernels || who !== 'bfloat16')
    sameWork((await workers.ours.steps(1)).losses, (await workers.float32.steps(1)).losses)
    if (kernels) await workers.bfloat16.steps(1)
    const medians: Record<Contender, number[]> = { ours: [], float32: [], bfloat16: [] }
    const peakBytes: Record<Contender, number> = { ours: 0, float32: 0, bfloat16: 0 }
    const shares: number[] = []
    const turn = async (who: Contender, count: number): Promise<void> => {
      shares.push(await othersShare())
      const measured = await workers[who].steps(count)
      medians[who].push(spread(measured.milliseconds).median)
      peakBytes[who] = measured.peakBytes
    }
    for (let round = 0; round < count; round++) {
      for (const who of byTurns) await turn(who, steps[who])
      const now = byTurns.map((who) => `${who} ${(medians[who].at(-1) ?? NaN).toFixed(0)} ms`).join(', ')
      say(`Texts of ${text}, round ${round + 1} of ${count}: ${now}`)
    }
    const measured = kernels || text <= shortest
    if (measured && !kernels) await turn('bfloat16', 1)
    const ratio = (to: Precision): Spread => spread(medians[to].map((ms, i) => (medians.ours[i] ?? NaN) / ms))
    return {
      text,
      milliseconds: {
        ours: spread(medians.ours),
        float32: spread(medians.float32),
        bfloat16: measured ? spread(medians.bfloat16) : undefined,
      },
      timeRatio: { float32: ratio('float32'), bfloat16: measured ? ratio('bfloat16') : undefined },
      peakBytes,
      peakRatio: {
        float32: peakBytes.ours / peakBytes.float32,
        bfloat16: measured ? peakBytes.ours / peakBytes.bfloat16 : undefined,
      },
      waiting: how,
      bfloat16Kernels: kernels,
      othersShare: spread(shares),
    }
  } finally {
    await Promise.all(contenders.map((who) => workers[who].close()))
  }
}

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0)
const seconds = (times: Spread | undefined): string => (times ? (times.median / 1000).toFixed(2) : '–')

function findings(figures: readonly LengthFigures[]): Findings {
  const others = Math.max(...figures.map(({ othersShare: { median } }) => median))
  return {
    title: 'Time a step and peak memory against PEFT',
    method:
      `Prompt tuning at the start, ${tokens} virtual tokens, batch ${batch}, loss over the vocabulary on two label tokens, ` +
      'AdamW, CPU, all cores. Three processes computed by turns, never two at once; ' +
      'bfloat16 without kernels does one step, after the others, on the shortest texts only: longer ones take a quarter of an hour. Ratios are taken round by round and shown as median (lowest to highest). ' +
      "Peak memory is VmHWM: ours of the whole process, PEFT's without its loading. PEFT's threads spin or sleep while they wait, whichever is faster. Where PyTorch " +
      'has no bfloat16 kernels for the CPU ("none"), the ratio to bfloat16 says nothing about machines that have them.',
    table: {
      columns: [
        'text tokens',
        'ours s',
        'PEFT float32 s',
        'PEFT bfloat16 s',
        'time / float32',
        'time / bfloat16',
        'ours MiB',
        'PEFT float32 MiB',
        'PEFT bfloat16 MiB',
        'memory / float32',
        'memory / bfloat16',
        'bfloat16 kernels',
      ],
      rows: figures.map((f) => [
        String(f.text),
        ...contenders.map((who) => seconds(f.milliseconds[who])),
        shown(f.timeRatio.float32),
        f.timeRatio.bfloat16 ? shown(f.timeRatio.bfloat16) : '–',
        ...contenders.map((who) => (f.peakBytes[who] > 0 ? megabytes(f.peakBytes[who]) : '–')),
        f.peakRatio.float32.toFixed(2),
        f.peakRatio.bfloat16?.toFixed(2) ?? '–',
        f.bfloat16Kernels ? 'yes' : 'none',
      ]),
    },
    targets: figures.flatMap((f) => [
      target(`time a step / PEFT float32, texts of ${f.text}`, f.timeRatio.float32.median, '<=', 0.7),
      target(`peak memory / PEFT float32, texts of ${f.text}`, f.peakRatio.float32, '<=', 0.6),
    ]),
    doubts: busyDoubts(others),
    figures,
  }
}
