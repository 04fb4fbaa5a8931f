// Thread of a compute process: ends it within seconds when its parent is gone.
import { workerData } from 'node:worker_threads'

const LOOK_MS = 2000
const parent = workerData as number

/** On Unix an orphan gets another parent; Windows keeps the number of one that is gone. */
function isGone(): boolean {
  if (process.ppid !== parent) return true
  try {
    process.kill(parent, 0)
    return false
  } catch {
    return true
  }
}

setInterval(() => {
  if (isGone()) process.kill(process.pid, 'SIGKILL')
}, LOOK_MS)
