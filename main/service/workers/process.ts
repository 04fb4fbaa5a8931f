// A worker process: does one task after the other, each on a database connection of its own.
import { StudioError } from '../../contract/errors/index.ts'
import { openPipe } from '../../engine/pipe.ts'
import { giveWay } from '../../engine/runtime/priority.ts'
import { openReader, type Tables } from '../../engine/store/store.ts'
import { type TaskName, tasks } from './tasks.ts'

export interface Request {
  readonly database: string
  readonly task: TaskName
  readonly input: unknown
}

export type Reply =
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'error'; readonly code: string | undefined; readonly message: string }

// The window's service comes first.
giveWay('awaited')

async function reply({ database, task, input }: Request): Promise<Reply> {
  try {
    const { tables, close } = openReader(database)
    const work = tasks[task] as (store: Tables, input: unknown) => Promise<unknown>
    return { kind: 'result', result: await work(tables, input).finally(close) }
  } catch (error) {
    const code = error instanceof StudioError ? error.code : undefined
    return { kind: 'error', code, message: error instanceof Error ? error.message : String(error) }
  }
}

const pipe = openPipe((request) => {
  void reply(request as Request).then((answer) => {
    pipe.send(answer)
  })
})
