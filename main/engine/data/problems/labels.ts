// Checks of the labels as a whole: too rare to be split, the same but for spelling, only one.
import { visible } from '../invisible.ts'
import { rowsOf, rowsThat } from '../../../contract/words/counts.ts'
import { type Check, inOrder, rowsByLabel } from './check.ts'

/** Different texts of a label that tuning needs: one each for training, validation and test set. */
const MIN_TEXTS = 3

const quoted = (labels: readonly string[]): string =>
  labels
    .slice(0, 3)
    .map((label) => `“${label}”`)
    .join(', ') + (labels.length > 3 ? ' …' : '')

/** The same for answers that people take for one: case, width, spaces, hyphens and what nobody sees do not count. */
const spelling = (label: string): string =>
  visible(label)
    .normalize('NFKC')
    // Upper case first: "ß" is "SS" there.
    .toUpperCase()
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')

/** Answers that are rare only as they are spelled are another check's: spelled alike, they are not. */
export const rareLabels: Check = () => {
  const spellings = new Map<string, string>()
  const texts = new Map<string, Set<number>>()
  const rows = new Map<string, { readonly label: string; readonly rows: number[] }>()
  return {
    see({ row, text, label, textNumber }) {
      if (label === '' || text.trim() === '') return
      const key = spellings.get(label) ?? spelling(label)
      spellings.set(label, key)
      const different = texts.get(key) ?? new Set()
      texts.set(key, different)
      if (different.size === MIN_TEXTS) return
      different.add(textNumber)
      const known = rows.get(key)
      if (different.size === MIN_TEXTS) rows.delete(key)
      else if (known) known.rows.push(row)
      else rows.set(key, { label, rows: [row] })
    },
    finish() {
      const labels = [...rows.values()].map(({ label }) => label)
      const found = inOrder([...rows.values()].flatMap((each) => each.rows))
      if (labels.length === 0) return undefined
      const leavesAnswers = texts.size - labels.length > 1
      const needs = `Each answer needs at least ${MIN_TEXTS} different texts: for the training, validation and test sets.`
      return {
        rows: found,
        title: `${labels.length === 1 ? '1 answer is' : `${labels.length} answers are`} too rare: ${quoted(labels)}`,
        explanation: `${needs} ${leavesAnswers ? 'Add rows, or exclude these.' : 'Add rows: without these there would be nothing to distinguish.'}`,
        fix: leavesAnswers ? { kind: 'exclude', button: `Exclude ${rowsOf(found.length)}` } : undefined,
      }
    },
  }
}

export const labelSpelling: Check = () => {
  const { rows, see } = rowsByLabel()
  return {
    see,
    finish() {
      const groups = Map.groupBy(rows.keys(), spelling)
      const labels = new Map<string, string>()
      for (const spellings of groups.values()) {
        const [usual = '', ...others] = spellings.toSorted(
          (a, b) => (rows.get(b)?.length ?? 0) - (rows.get(a)?.length ?? 0),
        )
        for (const other of others) labels.set(other, usual)
      }
      if (labels.size === 0) return undefined
      const found = inOrder([...labels.keys()].flatMap((label) => rows.get(label) ?? []))
      return {
        rows: found,
        title: `${rowsThat(found.length, 'spells', 'spell')} an answer differently: ${quoted([...labels.keys()])}`,
        explanation: 'To the model these are different answers. The fix uses the spelling that most rows have.',
        fix: { kind: 'relabel', button: 'Use one spelling', labels, done: 'Spelling unified' },
      }
    },
  }
}

export const oneLabel: Check = () => {
  const labels = new Set<string>()
  let rows = 0
  return {
    see({ label }) {
      if (label !== '') labels.add(label)
      rows++
    },
    finish: () =>
      labels.size > 1 || rows === 0
        ? undefined
        : {
            rows: [],
            title: labels.size === 0 ? 'There are no answers' : 'There is only one answer',
            explanation:
              'There is nothing to distinguish yet. Choose another column as the answer, or add rows with other answers.',
            fix: undefined,
          },
  }
}
