// Playwright's report for people and CI: what failed, and a last line that counts.
import { rmSync } from 'node:fs'
import type { FullConfig, Reporter, TestCase, TestError, TestResult } from '@playwright/test/reporter'

/** Prints each test with its time, each failure with its place, then `N passed, N failed` alone on the last line. */
export default class SummaryReporter implements Reporter {
  readonly #results = { passed: 0, failed: 0, skipped: 0 }

  #outputs: readonly string[] = []

  onBegin({ projects }: FullConfig): void {
    this.#outputs = projects.map(({ outputDir }) => outputDir)
  }

  onTestEnd(test: TestCase, { status, duration, errors }: TestResult): void {
    const outcome = status === 'passed' || status === 'skipped' ? status : 'failed'
    this.#results[outcome] += 1
    const name = test.titlePath().filter(Boolean).slice(1).join(' > ')
    console.log(`${outcome === 'failed' ? 'FAILED' : 'ok    '}  ${name} (${String(duration)} ms)`)
    for (const error of errors) this.onError(error)
  }

  /** Figures that a journey measures. */
  onStdOut(text: string | Buffer): void {
    process.stdout.write(text)
  }

  onError({ stack, message }: TestError): void {
    console.log(`${stack ?? message ?? 'failed without a word'}\n`)
  }

  onEnd(): void {
    const { passed, failed, skipped } = this.#results
    console.log(
      `${String(passed)} passed, ${String(failed)} failed${skipped > 0 ? `, ${String(skipped)} skipped` : ''}`,
    )
  }

  /** Pictures of what failed stay; without any, nothing does. */
  onExit(): Promise<void> {
    if (this.#results.failed === 0) for (const folder of this.#outputs) rmSync(folder, { recursive: true, force: true })
    return Promise.resolve()
  }

  printsToStdio(): boolean {
    return true
  }
}
