// Methods comparisons.*: the table of a sweep that compares methods, and a report of it.
import type { Methods } from '../context.ts'

export const comparisonMethods: Pick<Methods, 'comparisons.show' | 'comparisons.report'> = {
  'comparisons.show': ({ workers }, input, { signal }) => workers.run('compareMethods', input, signal),
  'comparisons.report': ({ workers }, input, { signal }) => workers.run('reportComparison', input, signal),
}
