// How the tests run: a project per folder (quick units, recovery from kill -9, the real model, PEFT, what is packed), one reporter.
import { defineConfig } from 'vitest/config'

const project = (name: string, testTimeout: number, globalSetup: string[] = []) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    setupFiles: ['./test/support/seed.ts'],
    globalSetup,
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
    projects: [
      project('unit', 30_000),
      ...['recovery', 'model', 'package'].map((name) => project(name, 600_000)),
      project('interop', 600_000, ['./test/support/interop-setup.ts']),
    ],
  },
})
