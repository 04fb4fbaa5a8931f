// Vitest's report for people and CI: what failed, and a last line that counts.
import { relative } from 'node:path'
import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node'

type Results = Record<'passed' | 'failed' | 'skipped', number>

/** Prints each failure with its place, then `N passed, N failed` (and `, N skipped`) alone on the last line. */
export default class SummaryReporter implements Reporter {
  #vitest: Vitest | undefined

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  onTestModuleEnd(module: TestModule): void {
    const ms = Math.round(module.diagnostic().duration)
    console.log(`${module.ok() ? 'ok    ' : 'FAILED'}  ${relative(process.cwd(), module.moduleId)} (${String(ms)} ms)`)
    for (const error of module.errors()) this.#print(error, module.moduleId)
  }

  onTestCaseResult(test: TestCase): void {
    for (const error of test.result().errors ?? []) this.#print(error, test.fullName)
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    for (const error of errors) this.#print(error, 'outside any test')
    const results: Results = { passed: 0, failed: errors.length, skipped: 0 }
    for (const module of modules) count(module, results)
    const skipped = results.skipped > 0 ? `, ${String(results.skipped)} skipped` : ''
    console.log(`${String(results.passed)} passed, ${String(results.failed)} failed${skipped}`)
  }

  #print(error: unknown, where: string): void {
    console.log(`\nFailed: ${where}`)
    this.#vitest?.logger.printError(error, { type: 'Error' })
  }
}

function count(module: TestModule, results: Results): void {
  for (const test of module.children.allTests()) {
    const { state } = test.result()
    if (state !== 'pending') results[state]++
  }
  // A file that cannot be loaded, or a hook that throws, fails no test of its own.
  results.failed += module.errors().length
  for (const suite of module.children.allSuites()) results.failed += suite.errors().length
}
