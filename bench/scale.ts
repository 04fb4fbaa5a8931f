// Large models on this machine: time and memory of preparing, of KV precompute, and of steps of prefix tuning on cached texts.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { PreparedModel } from '../main/contract/model.ts'
import { createRandom } from '../main/engine/random.ts'
import { allocatorSettings } from '../main/service/compute/child.ts'
import { referencePython } from '../test/support/python-env.ts'
import { startOurs, startTheirs } from './support/contenders.ts'
import type { Measurement, StepJob } from './support/job.ts'
import { busyDoubts, othersShare } from './support/machine.ts'
import { starterModel, threads } from './support/model.ts'
import { cache } from './support/paths.ts'
import { type Dimensions, randomModel } from './support/random-model.ts'
import { type Bench, target } from './support/result.ts'
import { spread } from './support/spread.ts'

interface Size {
  readonly name: string
  readonly dimensions: Dimensions
  /** Peak memory in GiB that no part may exceed; undefined = only reported. */
  readonly wanted?: number
  /** Whether PEFT's float32 fits beside it. */
  readonly peft: boolean
}

const sizes: Readonly<Record<'full' | 'quick', readonly Size[]>> = {
  full: [
    {
      name: '1.1 B',
      dimensions: { hidden: 2048, intermediate: 5632, layers: 22, heads: 32, kvHeads: 4, headDim: 64 },
      peft: true,
    },
    {
      name: '7 B',
      dimensions: { hidden: 4096, intermediate: 14_336, layers: 32, heads: 32, kvHeads: 8, headDim: 128 },
      wanted: 12,
      peft: false,
    },
  ],
  quick: [
    {
      name: 'small',
      dimensions: { hidden: 256, intermediate: 512, layers: 2, heads: 4, kvHeads: 2, headDim: 64 },
      peft: true,
    },
  ],
}
const work = {
  full: { texts: 200, length: 64, batch: 16, steps: 20, theirSteps: 2 },
  quick: { texts: 20, length: 16, batch: 4, steps: 3, theirSteps: 1 },
} as const
const tokens = 16

interface Prepared {
  readonly model: PreparedModel
  readonly seconds: number
  readonly peakBytes: number
}

const prepareScript = fileURLToPath(new URL('prepare-worker.ts', import.meta.url))

async function prepared(path: string): Promise<Prepared> {
  const { stdout } = await promisify(execFile)(process.execPath, [prepareScript, path, join(cache, 'models'), 'int8'], {
    maxBuffer: 1 << 28,
    env: { ...process.env, ...allocatorSettings },
  })
  return JSON.parse(stdout) as Prepared
}

export const scale: Bench = async ({ quick, say }) => {
  const mode = quick ? 'quick' : 'full'
  const starter = await starterModel(say)
  const scratch = mkdtempSync(join(tmpdir(), 'softprompt-bench-'))
  try {
    const others = await othersShare(2000)
    const figures = []
    for (const size of sizes[mode]) figures.push(await measure(size, starter, work[mode], scratch, say))
    return {
      title: 'Large models',
      method:
        `Llama shapes with random weights (bfloat16 files), int8. ${String(work[mode].texts)} texts of ${String(work[mode].length)} tokens get their KV precompute, then ` +
        `${String(work[mode].steps)} steps of prefix tuning after the text, batch ${String(work[mode].batch)}, ${String(tokens)} virtual tokens, loss over the vocabulary, little memory. ` +
        'Peak memory is VmHWM of each process, mapped weights included. PEFT: prompt tuning in float32, the same batch.',
      table: {
        columns: ['model', 'prepare s', 'MiB', 'KV precompute s', 's a step', 'MiB', 'PEFT s a step', 'PEFT MiB'],
        rows: figures.map(({ name, prepare, ours, theirs }) => [
          name,
          prepare.seconds.toFixed(0),
          megabytes(prepare.peakBytes),
          (ours.precomputeMs / 1000).toFixed(0),
          (spread(ours.milliseconds.slice(1)).median / 1000).toFixed(2),
          megabytes(ours.peakBytes),
          theirs ? (spread(theirs.milliseconds).min / 1000).toFixed(1) : 'does not fit',
          theirs ? megabytes(theirs.peakBytes) : '–',
        ]),
      },
      targets: figures.flatMap(({ name, wanted, prepare, ours }) =>
        wanted === undefined
          ? []
          : [
              target(
                `peak memory, ${name}`,
                Math.max(prepare.peakBytes, ours.peakBytes) / 2 ** 30,
                '<=',
                wanted,
                ' GiB',
              ),
            ],
      ),
      doubts: busyDoubts(others),
      figures,
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0)

async function measure(
  { name, dimensions, wanted, peft }: Size,
  starter: PreparedModel,
  { texts, length, batch, steps, theirSteps }: (typeof work)['full' | 'quick'],
  scratch: string,
  say: (line: string) => void,
) {
  say(`${name}: writing random weights, and preparing them.`)
  const folder = await randomModel(name.replace(' ', '-'), dimensions, starter)
  const { model, ...prepare } = await prepared(folder)
  say(`${name}: prepared in ${prepare.seconds.toFixed(0)} s.`)
  const random = createRandom(1)
  const ids = (count: number): number[] => Array.from({ length: count }, () => random.integer(model.config.vocab))
  const rows = Array.from({ length: texts }, () => ({ ids: ids(length + 1), labels: 1 }))
  const batches = Array.from({ length: Math.ceil(texts / batch) }, (_, i) => rows.slice(i * batch, (i + 1) * batch))
  const prompt = Array.from({ length: tokens * model.config.hidden }, () => 0.02 * random.normal())
  const job: StepJob = {
    model,
    folder,
    prompt,
    tokens,
    batches,
    learningRate: 1e-3,
    threads,
    way: 'prefix, after-text',
    precision: 'int8',
    memory: 'low',
  }
  const path = join(scratch, 'job.json')
  writeFileSync(path, JSON.stringify(job))
  const ours = await run(startOurs(path, threads), steps)
  say(
    `${name}: KV precompute in ${(ours.precomputeMs / 1000).toFixed(0)} s, ${(spread(ours.milliseconds).median / 1000).toFixed(2)} s a step.`,
  )
  const theirs = peft
    ? await run(startTheirs(referencePython(), path, 'float32', 'sleeping', threads), theirSteps)
    : undefined
  return { name, wanted, prepare, ours, theirs }
}

async function run(worker: ReturnType<typeof startOurs>, steps: number): Promise<Measurement> {
  try {
    return await worker.steps(steps)
  } finally {
    await worker.close()
  }
}
