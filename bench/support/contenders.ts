// Who is measured: our worker, and PEFT's in either precision.
import { fileURLToPath } from 'node:url'
import { allocatorSettings } from '../../main/service/compute-child.ts'
import { startWorker, type Worker } from './worker.ts'

/** Threads that spin while they wait are PyTorch's default; beside other programs they can cost it a factor of ten. */
const waiting = { spinning: {}, sleeping: { OMP_WAIT_POLICY: 'passive' } } as const
export type Waiting = keyof typeof waiting
export type Precision = 'float32' | 'bfloat16'

const ourScript = fileURLToPath(new URL('../step-worker.ts', import.meta.url))
const theirScript = fileURLToPath(new URL('../peft_step.py', import.meta.url))

/** As the service starts its compute processes. `job`: path of a StepJob's file. */
export const startOurs = (job: string, threads: number): Worker =>
  startWorker(process.execPath, [ourScript, job], threads, allocatorSettings)

export const startTheirs = (python: string, job: string, precision: Precision, how: Waiting, threads: number): Worker =>
  startWorker(python, [theirScript, job, precision], threads, waiting[how])
