// How the tests run: three projects (quick units, the real model, interop with PEFT), one reporter.
import { defineConfig } from 'vitest/config'

const project = (name: string, testTimeout: number) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout,
    hookTimeout: testTimeout,
    // Native modules (ONNX Runtime, SQLite) want a process of their own, not a thread.
    pool: 'forks' as const,
  },
})

export default defineConfig({
  test: {
    reporters: ['./test/support/summary-reporter.ts'],
    maxWorkers: 2,
    projects: [project('unit', 30_000), project('model', 600_000), project('interop', 600_000)],
  },
})
