// The learning rate over the steps of a run.
import type { ScheduleName, TuneSettings } from '../../contract/settings.ts'

/** Factor of the learning rate at a share (0 to 1) of the steps after the warm-up. */
const shapes: { readonly [K in ScheduleName]: (share: number) => number } = {
  constant: () => 1,
  linear: (share) => 1 - share,
  cosine: (share) => 0.5 * (1 + Math.cos(Math.PI * share)),
}

/** The rate of step number `step` (from 1): linear warm-up, then the schedule's shape down to the last step. */
export function learningRateAt(
  step: number,
  { learningRate, schedule, steps, warmup }: Pick<TuneSettings, 'learningRate' | 'schedule' | 'steps' | 'warmup'>,
): number {
  if (step <= warmup) return (learningRate * step) / (warmup + 1)
  const share = (step - 1 - warmup) / Math.max(1, steps - warmup)
  return learningRate * shapes[schedule](Math.min(1, share))
}
