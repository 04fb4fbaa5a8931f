// Loss curves of a report as SVG.
import { escaped } from './escaped.ts'
import type { StepMetrics } from '../../contract/compute.ts'
import type { RunRecord } from '../../contract/records.ts'

/** The parts of a run that its curve shows. */
interface CurvedRun {
  readonly run: Pick<RunRecord, 'name'>
  readonly steps: readonly StepMetrics[]
}

const width = 860
const height = 240
const left = 44
const bottom = 24
/** Okabe-Ito colours, each with dashes of its own. */
const strokes = [
  ['#0072b2', ''],
  ['#d55e00', '6 3'],
  ['#009e73', '2 3'],
  ['#cc79a7', '8 3 2 3'],
  ['#e69f00', '1 3'],
] as const

/** Smoothed training loss of each run over its steps; the axis starts at zero. */
export function curvesOf(runs: readonly CurvedRun[]): string {
  const series = runs.map(({ steps }) => smoothed(steps.map(({ loss }) => loss).filter(Number.isFinite)))
  const longest = Math.max(1, ...series.map(({ length }) => length))
  const highest = Math.max(0.1, ...series.flat())
  const x = (step: number): number => left + (step / longest) * (width - left - 8)
  const y = (loss: number): number => 8 + (1 - loss / highest) * (height - bottom - 16)
  const lines = series.map((losses, i) => {
    const [color, dashes] = strokes[i % strokes.length] ?? strokes[0]
    const points = losses.map((loss, step) => `${x(step).toFixed(1)},${y(loss).toFixed(1)}`).join(' ')
    return `<polyline points="${points}" fill="none" stroke="${color}" stroke-width="1.6" stroke-dasharray="${dashes}"/>`
  })
  const ticks = [0, 0.5, 1].map((share) => {
    const loss = share * highest
    return `<text x="${left - 6}" y="${(y(loss) + 4).toFixed(1)}" text-anchor="end">${loss.toFixed(2)}</text><line x1="${left}" x2="${width - 8}" y1="${y(loss).toFixed(1)}" y2="${y(loss).toFixed(1)}" stroke="#e3ddd3"/>`
  })
  const end = `<text x="${width - 8}" y="${height - 4}" text-anchor="end">step ${longest}</text>`
  return `<svg viewBox="0 0 ${width} ${height}" width="100%" role="img" aria-label="Training loss" font-size="11" fill="#575047">${ticks.join('')}${lines.join('')}${end}</svg>${runs.length > 1 ? legend(runs) : ''}`
}

function legend(runs: readonly CurvedRun[]): string {
  const items = runs.map(({ run }, i) => {
    const [color, dashes] = strokes[i % strokes.length] ?? strokes[0]
    const line = `<line x2="32" y1="5" y2="5" stroke="${color}" stroke-width="2" stroke-dasharray="${dashes}"/>`
    return `<span><svg width="32" height="10" aria-hidden="true">${line}</svg> ${escaped(run.name)}</span>`
  })
  return `<p class="legend">${items.join(' ')}</p>`
}

/** Exponential moving average; each point weighs a tenth. */
function smoothed(values: readonly number[]): number[] {
  let mean = values[0] ?? 0
  return values.map((value) => (mean += (value - mean) / 10))
}
