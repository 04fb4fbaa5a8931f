// Codes of errors are remembered; errors of work that nobody waits for go to the log whole.
import { expect, it } from 'vitest'
import { studioError } from '../../../../main/contract/errors/index.ts'
import { createFailures } from '../../../../main/service/studio/failures.ts'

it('keeps the codes, and logs only what nobody waits for', () => {
  const lines: string[] = []
  const { failures, failed, failedUnattended } = createFailures((line) => lines.push(line))
  failed('runs.show', studioError('store/missing', 'run', 'x'))
  expect(lines).toEqual([])
  failedUnattended('sweep', new Error('disk I/O error'))
  expect(failures.map(({ method, code }) => `${method} ${code}`)).toEqual([
    'runs.show store/missing',
    'sweep unexpected',
  ])
  expect(lines).toHaveLength(1)
  // With its stack: the line says where.
  expect(lines[0]).toMatch(/^sweep: Error: disk I\/O error\n.*failures\.test\.ts/)
})

it('keeps the last fifty', () => {
  const { failures, failed } = createFailures()
  for (let i = 0; i < 60; i++) failed(`method ${String(i)}`, new Error('x'))
  expect(failures).toHaveLength(50)
  expect(failures.at(-1)?.method).toBe('method 59')
})
