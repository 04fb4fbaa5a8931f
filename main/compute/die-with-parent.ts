// A compute process does not outlive the service, not even where its own thread hangs and hears of nothing.
import { Worker } from 'node:worker_threads'
import { PARENT } from '../contract/compute.ts'

/** Ends this process when its parent is gone: its channel tells that too, but only where the event loop turns. */
export function dieWithParent(): void {
  new Worker(new URL('./parent-watch.ts', import.meta.url), {
    workerData: Number(process.env[PARENT] ?? process.ppid),
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
  }).unref()
}
