// Student's t distribution, for confidence intervals of the mean of a few differences.

/** Probability that |t| stays below a value, for a whole number of degrees of freedom (Abramowitz & Stegun 1964, 26.7.3 and 26.7.4). */
export function studentWithin(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom))
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)]
  const odd = freedom % 2 === 1
  let [sum, term] = [0, odd ? cosine : 1]
  for (let k = odd ? 2 : 1; k < freedom; k += 2) {
    sum += term
    term *= (k / (k + 1)) * cosine ** 2
  }
  return odd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum
}

/** The value that |t| stays below with a probability, by bisection; NaN without a degree of freedom. */
export function studentQuantile(probability: number, freedom: number): number {
  if (freedom < 1) return NaN
  let [low, high] = [0, 1]
  while (studentWithin(high, freedom) < probability) high *= 2
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (studentWithin(middle, freedom) < probability) low = middle
    else high = middle
  }
  return high
}
