// Lines for a developer, where work that nobody waits for goes wrong.
import { StudioError } from '../contract/errors/index.ts'

/**
 * Returns what writes an error to the error stream after the name of the work, once for as long as it stays the same. That
 * a service has closed is no error to who follows it.
 */
export function createLog(work: string, write = (line: string): void => void process.stderr.write(`${line}\n`)) {
  let last: string | undefined
  return (error: unknown): void => {
    if (error instanceof StudioError && error.code === 'run/service-closed') return
    const line = `${work}: ${error instanceof Error ? error.message : String(error)}`
    if (line !== last) write(line)
    last = line
  }
}
