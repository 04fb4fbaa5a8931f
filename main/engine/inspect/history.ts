// The gradient norm of each virtual token through a run, averaged to the few points that a line can show.

interface StepNorms {
  readonly tokenNorms: readonly number[]
}

/**
 * For each token the mean L2 norm of its gradient in each of at most `points` equal stretches of the run, in order:
 * [tokens][stretches]. Norms that are not finite are left out; a stretch without finite norms is NaN.
 */
export function gradientHistory(steps: readonly StepNorms[], points: number): number[][] {
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
