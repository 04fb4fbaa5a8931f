// Profiles a table in one pass over its rows: their number, labels, lengths and problems.
import { setImmediate } from 'node:timers/promises'
import type { LabelCount, LengthBin } from '../../contract/service.ts'
import type { TuneSettings } from '../../contract/settings.ts'
import { createKeyIndex } from './key-index.ts'
import type { CheckedRow, Finding } from './problems/check.ts'
import { checksFor } from './problems/index.ts'
import { textKey } from './text-key.ts'

export interface TableProfile {
  readonly rows: number
  /** The most frequent first. */
  readonly labels: readonly LabelCount[]
  readonly lengths: readonly LengthBin[]
  readonly findings: ReadonlyMap<string, Finding>
}

export interface Profiler {
  see(row: Pick<CheckedRow, 'row' | 'text' | 'label'>): void
  /** Yields to the event loop between one check and the next. */
  finish(): Promise<TableProfile>
}

/** Bars of the histogram at most. */
const MAX_BINS = 24

export function createProfiler(limits: Pick<TuneSettings, 'task' | 'maxTokens' | 'tokens'>): Profiler {
  const { task = 'classification' } = limits
  const scans = checksFor(task).map(([name, check]) => ({ name, scan: check(limits) }))
  const texts = createKeyIndex()
  const labels = new Map<string, { readonly number: number; rows: number }>()
  const lengths = new Map<number, number>()
  let rows = 0
  return {
    see({ row, text, label }) {
      rows++
      const known = labels.get(label) ?? { number: labels.size, rows: 0 }
      if (++known.rows === 1) labels.set(label, known)
      lengths.set(text.length, (lengths.get(text.length) ?? 0) + 1)
      const checked = { row, text, label, textNumber: texts.of(textKey(text)), labelNumber: known.number }
      for (const { scan } of scans) scan.see(checked)
    },
    async finish() {
      const findings = new Map<string, Finding>()
      for (const { name, scan } of scans) {
        const finding = scan.finish()
        if (finding) findings.set(name, withoutEmptying(finding, rows))
        await setImmediate()
      }
      return {
        rows,
        labels: [...labels]
          .map(([label, { rows: count }]): LabelCount => ({ label, rows: count }))
          .filter(({ label }) => label !== '')
          .sort((a, b) => b.rows - a.rows || (a.label < b.label ? -1 : 1)),
        lengths: histogram(lengths),
        findings,
      }
    },
  }
}

/** A fix that would leave no row at all is none. */
const withoutEmptying = (finding: Finding, rows: number): Finding =>
  finding.fix?.kind === 'exclude' && finding.rows.length >= rows ? { ...finding, fix: undefined } : finding

/** Bars of one round width, up to the length that 99 % of the rows do not exceed; the last one takes the rest. */
export function histogram(counts: ReadonlyMap<number, number>): LengthBin[] {
  const sorted = [...counts].sort(([a], [b]) => a - b)
  const rows = sorted.reduce((sum, [, count]) => sum + count, 0)
  const longest = sorted.at(-1)?.[0] ?? 0
  let seen = 0
  const usual = sorted.find(([, count]) => (seen += count) >= 0.99 * rows)?.[0] ?? 0
  const width = roundWidth(Math.max(1, usual) / (MAX_BINS - 1))
  const bins = Array.from({ length: Math.floor(usual / width) + 1 }, (_, i) => ({
    from: i * width,
    to: (i + 1) * width - 1,
    rows: 0,
  }))
  const last = bins.at(-1)
  if (last && longest > last.to) last.to = longest
  for (const [length, count] of sorted) {
    const bin = bins[Math.min(bins.length - 1, Math.floor(length / width))]
    if (bin) bin.rows += count
  }
  return rows === 0 ? [] : bins
}

/** The next of 1, 2, 5, 10, 20, 50 … */
function roundWidth(width: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, width)))
  return power * ([1, 2, 5, 10].find((step) => step * power >= width) ?? 10)
}
