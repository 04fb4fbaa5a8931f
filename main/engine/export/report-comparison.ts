// The table of compared methods, as a part of a report.
import type { MethodComparison } from '../../contract/service.ts'
import { cellOf, comparisonColumns, nameOfRow } from '../../contract/words/comparison.ts'
import { escaped } from './escaped.ts'

/** The sentence, the table, and what its columns mean. */
export function comparisonLead({ compared, sentence, rows }: MethodComparison): string {
  const head = comparisonColumns.map(({ title }) => `<th>${escaped(title)}</th>`).join('')
  const lines = compared.map((row) => {
    const cells = comparisonColumns.map(
      (column) => `<td${column.value(row) === undefined ? '' : ' class="n"'}>${escaped(cellOf(column, row))}</td>`,
    )
    return `<tr><th>${escaped(nameOfRow(row))}</th>${cells.join('')}</tr>`
  })
  const meanings = comparisonColumns.map(({ title, help }) => `<li>${escaped(title)}: ${escaped(help)}</li>`)
  return `<p class="verdict">${escaped(sentence)}</p>
<p class="quiet">All on the same ${sameRows(rows)}.</p>
<div class="wide"><table><tr><th></th>${head}</tr>${lines.join('')}</table></div>
<ul class="quiet">${meanings.join('')}</ul>`
}

const sameRows = ({ train, validation, test, folds }: MethodComparison['rows']): string =>
  folds === undefined
    ? `${train} training rows, ${validation} validation rows and ${test} test rows`
    : `${train} rows, ${test} of them as test rows by ${folds}-fold cross-validation`
