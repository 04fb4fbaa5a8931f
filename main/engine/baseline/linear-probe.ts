// Baseline: a linear probe (Alain & Bengio 2016), logistic regression on the untuned model's last hidden state.
import type { Baseline } from './baseline.ts'
import { dense, type Matrix } from './matrix.ts'

export const linearProbe: Baseline = {
  async features({ split: { train, validation, test }, hiddenStates }) {
    const states = await hiddenStates([...train, ...validation, ...test])
    const tested = train.length + validation.length
    const standardised = standardiserOf(states.slice(0, train.length))
    return {
      train: standardised(states.slice(0, train.length)),
      validation: standardised(states.slice(train.length, tested)),
      test: standardised(states.slice(tested)),
    }
  },
  // A hidden state may have more numbers than there are rows to learn from: most penalties have to be strong.
  strengths: [3000, 1000, 300, 100, 30, 10, 3, 1],
  maxTraining: () => 2000,
}

/** Shifts and scales each number of a state to mean 0 and variance 1 over the training rows; a constant one becomes 0. */
function standardiserOf(training: readonly Float32Array[]): (states: readonly Float32Array[]) => Matrix {
  const width = training[0]?.length ?? 0
  const mean = new Float64Array(width)
  const variance = new Float64Array(width)
  for (const state of training) state.forEach((value, i) => (mean[i] = (mean[i] ?? 0) + value / training.length))
  for (const state of training)
    state.forEach((value, i) => (variance[i] = (variance[i] ?? 0) + (value - (mean[i] ?? 0)) ** 2 / training.length))
  const scale = variance.map((each) => (each > 0 ? 1 / Math.sqrt(each) : 0))
  return (states) => {
    const values = new Float32Array(states.length * width)
    states.forEach((state, row) =>
      state.forEach((value, i) => (values[row * width + i] = (value - (mean[i] ?? 0)) * (scale[i] ?? 0))),
    )
    return dense(states.length, width, values)
  }
}
