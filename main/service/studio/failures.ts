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
}

const MOST = 50

export function createFailures(): Failures {
  const failures: Failure[] = []
  return {
    failures,
    failed: (method, error) => {
      const code = error instanceof StudioError ? error.code : 'unexpected'
      failures.push({ at: new Date().toISOString(), method, code })
      if (failures.length > MOST) failures.shift()
    },
  }
}
