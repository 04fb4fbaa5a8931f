// Who is measured: our worker, and PEFT's in either precision.
import { fileURLToPath } from 'node:url'
import { allocatorSettings } from '../../main/service/compute/child.ts'
import { threads } from './model.ts'
import { spread } from './spread.ts'
import { startWorker, type Worker } from './worker.ts'

/** Threads that spin while they wait are PyTorch's default; beside other programs they can cost it a factor of ten. */
export const waiting = { spinning: {}, sleeping: { OMP_WAIT_POLICY: 'passive' } } as const
export type Waiting = keyof typeof waiting
export type Precision = 'float32' | 'bfloat16'

const ourScript = fileURLToPath(new URL('../step-worker.ts', import.meta.url))
const theirScript = fileURLToPath(new URL('../peft_step.py', import.meta.url))

/** As the service starts its compute processes. `job`: path of a StepJob's file. */
export const startOurs = (job: string, threads: number): Worker =>
  startWorker(process.execPath, [ourScript, job], threads, allocatorSettings)

export const startTheirs = (python: string, job: string, precision: Precision, how: Waiting, threads: number): Worker =>
  startWorker(python, [theirScript, job, precision], threads, waiting[how])

/** PEFT is measured at its best on this machine at this time. */
export async function fasterWaiting(python: string, job: string): Promise<Waiting> {
  const sleeping = await stepTime(startTheirs(python, job, 'float32', 'sleeping', threads), Infinity)
  const spinning = await stepTime(startTheirs(python, job, 'float32', 'spinning', threads), 2 * sleeping)
  return sleeping < spinning ? 'sleeping' : 'spinning'
}

/** Milliseconds of a step, the second or third; of the first, where that already took longer than `limit`. */
async function stepTime(worker: Worker, limit: number): Promise<number> {
  try {
    const first = spread((await worker.steps(1)).milliseconds).min
    return first > limit ? first : spread((await worker.steps(2)).milliseconds).min
  } finally {
    await worker.close()
  }
}

/** The first losses agree, or the comparison is of two different things. */
export function sameWork([ours = NaN]: readonly number[], [theirs = NaN]: readonly number[]): void {
  if (!(Math.abs(ours - theirs) <= 1e-3)) throw new Error(`The first loss is ${ours}, PEFT's is ${theirs}.`)
}
