// Remembers the codes of the last errors that methods answered with: codes only, never their sentences.
import { StudioError } from '../../contract/errors/index.ts'
import { printable } from '../../contract/printable.ts'

export interface Failure {
  readonly at: string
  readonly method: string
  readonly code: string
}

export interface Failures {
  readonly failures: readonly Failure[]
  readonly failed: (method: string, error: unknown) => void
  /** For work that no caller waits for, so that no caller reports its error: the whole error goes to the log as well. */
  readonly failedUnattended: (work: string, error: unknown) => void
}

const MAX_FAILURES = 50

/** `log`: where a line for a developer goes. */
export function createFailures(
  log = (line: string): void => void process.stderr.write(`${printable(line)}\n`),
): Failures {
  const failures: Failure[] = []
  const failed = (method: string, error: unknown): void => {
    const code = error instanceof StudioError ? error.code : 'unexpected'
    failures.push({ at: new Date().toISOString(), method, code })
    if (failures.length > MAX_FAILURES) failures.shift()
  }
  return {
    failures,
    failed,
    failedUnattended: (work, error) => {
      failed(work, error)
      log(`${work}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    },
  }
}
