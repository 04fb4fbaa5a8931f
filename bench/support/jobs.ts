// Jobs as the studio runs them: in a compute process of their own, with its peak of memory and the time it took.
import { fileURLToPath } from 'node:url'
import type { ComputeEvent, WireJob } from '../../main/contract/compute.ts'
import { forkCompute } from '../../main/service/compute/child.ts'
import { supervise, type SupervisedJob } from '../../main/service/compute/supervise.ts'
import { peakBytes } from '../../main/engine/runtime/peak-memory.ts'

const spawn = forkCompute(fileURLToPath(new URL('../../main/compute/main.ts', import.meta.url)))

export interface Ran {
  readonly seconds: number
  /** VmHWM of the compute process. */
  readonly peakBytes: number
}

/** `onEvent`: may ask a tuning job to end its training and to evaluate its prompt. Throws where the job does not finish. */
export async function runJob(
  job: WireJob,
  onEvent: (event: ComputeEvent, ask: Pick<SupervisedJob, 'keep'>) => void,
): Promise<Ran> {
  const began = performance.now()
  let pid: number | undefined
  let peak = 0
  const supervised = supervise(
    () => {
      const child = spawn()
      pid = child.pid
      return child
    },
    job,
    (event) => {
      // Read while the process lives: after its last event it is gone.
      if (pid !== undefined) peak = Math.max(peak, peakOf(pid))
      onEvent(event, supervised)
    },
  )
  const result = await supervised.result
  if (result.end !== 'done') throw new Error(`The job ended early: ${JSON.stringify(result)}`)
  return { seconds: (performance.now() - began) / 1000, peakBytes: peak }
}

function peakOf(pid: number): number {
  try {
    return peakBytes(pid)
  } catch {
    return 0
  }
}
