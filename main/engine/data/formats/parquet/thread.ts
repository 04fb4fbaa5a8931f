// The thread that reads a Parquet file: one step for each message.
import { parentPort, workerData } from 'node:worker_threads'
import { readParquet } from './rows.ts'
import type { Answer } from './client.ts'

const steps = readParquet(workerData as string)

async function next(): Promise<Answer> {
  try {
    const { value, done } = await steps.next()
    return done === true ? { kind: 'end' } : { kind: 'step', value }
  } catch (error) {
    return { kind: 'failed', why: error instanceof Error ? error.message : String(error) }
  }
}

parentPort?.on('message', () => {
  void next().then((answer) => parentPort?.postMessage(answer))
})
