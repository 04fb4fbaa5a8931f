// How strongly each virtual token was pushed through a run, in as few numbers as a line can show.

interface Pushed {
  readonly tokenNorms: readonly number[]
}

/**
 * For each token the mean L2 norm of its gradient in each of at most `points` stretches of the run, in order: [tokens]
 * [stretches]. Norms that are no numbers do not count; a stretch without any is NaN.
 */
export function gradientHistory(steps: readonly Pushed[], points: number): number[][] {
  const stretches = Math.min(points, steps.length)
  const tokens = Math.max(0, ...steps.map(({ tokenNorms }) => tokenNorms.length))
  return Array.from({ length: tokens }, (_, token) =>
    Array.from({ length: stretches }, (_each, i) => {
      const [from, to] = [i, i + 1].map((edge) => Math.floor((edge * steps.length) / stretches))
      const norms = steps.slice(from, to).map(({ tokenNorms }) => tokenNorms[token] ?? NaN)
      const known = norms.filter(Number.isFinite)
      return known.reduce((sum, norm) => sum + norm, 0) / known.length
    }),
  )
}
