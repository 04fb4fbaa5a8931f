// Runs whose service died: marked as interrupted at the next start, with a sentence about their checkpoint.
import { studioError } from '../../contract/errors/index.ts'
import type { RunRecord } from '../../contract/records.ts'
import type { Store } from '../../engine/store/store.ts'

/** Says up to which step the run has a checkpoint. */
export async function checkpointSentence(store: Store, run: RunRecord): Promise<string> {
  const step = await store.checkpoints.step(run.id)
  return step === undefined ? 'No step had been kept yet.' : `Everything up to step ${String(step)} is kept.`
}

/** Call it once, before any run is taken on. */
export async function markOrphans(store: Store): Promise<void> {
  for (const run of await store.runs.unfinished()) {
    const { message } = studioError('run/orphaned', await checkpointSentence(store, run))
    await store.runs.settle(run.id, 'interrupted', message)
  }
}
