// Remembers the codes of the last errors that methods answered with: codes only, never their sentences.
import { StudioError } from '../../contract/errors/index.ts'

export interface Failure {
  readonly at: string
  readonly method: string
  readonly code: string
}

export interface Failures {
  readonly failures: readonly Failure[]
  readonly failed: (method: string, error: unknown) => void
  /** For work that nobody waits for, so that nobody else reports the error: besides, all of it goes to the log. */
  readonly failedUnattended: (work: string, error: unknown) => void
}

const MAX_KEPT = 50

/** `log`: where a line for a developer goes. */
export function createFailures(log = (line: string): void => void process.stderr.write(`${line}\n`)): Failures {
  const failures: Failure[] = []
  const failed = (method: string, error: unknown): void => {
    const code = error instanceof StudioError ? error.code : 'unexpected'
    failures.push({ at: new Date().toISOString(), method, code })
    if (failures.length > MAX_KEPT) failures.shift()
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
