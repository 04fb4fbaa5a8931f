// A worker thread: does one task after the other, each on a database connection of its own.
import { constants, setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { StudioError } from '../../contract/errors/index.ts'
import { openReader, type Tables } from '../../engine/store/store.ts'
import { type TaskName, tasks } from './tasks.ts'

export interface Request {
  readonly task: TaskName
  readonly input: unknown
}

export type Reply =
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'error'; readonly code: string | undefined; readonly message: string }

// On Linux the calling thread alone gives way to the service's own; elsewhere the whole process would.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW)

const { database } = workerData as { readonly database: string }

async function reply({ task, input }: Request): Promise<Reply> {
  try {
    const { tables, close } = openReader(database)
    const work = tasks[task] as (store: Tables, input: unknown) => Promise<unknown>
    return { kind: 'result', result: await work(tables, input).finally(close) }
  } catch (error) {
    const code = error instanceof StudioError ? error.code : undefined
    return { kind: 'error', code, message: error instanceof Error ? error.message : String(error) }
  }
}

parentPort?.on('message', (request: Request) => {
  void reply(request).then((answer) => parentPort?.postMessage(answer))
})
