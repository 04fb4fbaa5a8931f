// Checks: answers and texts with characters that nobody sees.
import { type InvisibleKind, invisibleIn, invisibleKinds, visible } from '../invisible.ts'
import { listOf, rowsThat } from '../../../contract/words/counts.ts'
import { type Check, inOrder, rowsByLabel } from './check.ts'

const listed = (kinds: ReadonlySet<InvisibleKind>): string =>
  invisibleKinds.filter((kind) => kinds.has(kind)).join(', ')

export const invisibleLabels: Check = () => {
  const { rows, see } = rowsByLabel()
  return {
    see,
    finish() {
      const labels = new Map<string, string>()
      const kinds = new Set<InvisibleKind>()
      for (const label of rows.keys()) {
        const found = invisibleIn(label)
        for (const kind of found) kinds.add(kind)
        if (found.size > 0) labels.set(label, visible(label).trim())
      }
      if (labels.size === 0) return undefined
      const all = inOrder([...labels.keys()].flatMap((label) => rows.get(label) ?? []))
      return {
        rows: all,
        title: `${rowsThat(all.length, 'has', 'have')} invisible characters in the answer: ${listOf([...new Set(labels.values())], 3)}`,
        explanation: `These are ${listed(kinds)}. To the model such an answer is another one than the answer that looks the same. The fix removes them.`,
        fix: { kind: 'relabel', button: 'Remove them', labels, done: 'Invisible characters removed' },
      }
    },
  }
}

export const invisibleTexts: Check = () => {
  const rows: number[] = []
  const kinds = new Set<InvisibleKind>()
  return {
    see({ row, text }) {
      const found = invisibleIn(text)
      if (found.size === 0) return
      rows.push(row)
      for (const kind of found) kinds.add(kind)
    },
    finish: () =>
      rows.length === 0
        ? undefined
        : {
            rows,
            title: `${rowsThat(rows.length, 'has', 'have')} invisible characters in the text`,
            explanation: `These are ${listed(kinds)}, as web pages and word processors leave them. They cost tokens, and what you type later will not have them. The fix removes them; unusual spaces become usual ones.`,
            fix: { kind: 'rewrite', button: 'Remove them', rewrite: visible, done: 'Invisible characters removed' },
          },
  }
}
