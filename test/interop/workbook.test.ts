// A workbook that another library wrote comes back labelled, and that library finds every cell as it was, and two columns more.
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openTable } from '../../main/engine/data/table.ts'
import { writeIntoWorkbook } from '../../main/engine/labelled/workbook.ts'
import { spreadsheetPython } from '../support/python-env.ts'
import { pythonJob } from '../support/python-job.ts'
import { temporaryFolder } from '../support/temporary.ts'

it('openpyxl finds dates, formulas, styles and both sheets as they were, and the answers as texts and numbers', async () => {
  const folder = temporaryFolder()
  const [before, after] = [join(folder, 'before.xlsx'), join(folder, 'after.xlsx')]
  const python = spreadsheetPython()
  pythonJob('workbook.py', { make: before }, folder, python)
  const { taken } = await openTable(before)
  expect(taken).toMatchObject({ sheet: 'Mail', headerLine: 1 })
  const answers = ['billing', '=1+1', '+49', '-', '@who', ' spaces ', 'two\nlines', 'ÄÖ <&>"']
  const cells = new Map(
    Array.from({ length: 40 }, (_, i): [number, [string, number]] => [
      i + 2,
      [answers[i % answers.length] ?? '', (i + 1) / 64],
    ]),
  )
  const names = ['answer', 'confidence']
  const place = { source: before, target: after, sheet: taken.sheet ?? '', headerRow: taken.headerLine ?? 0 }
  await writeIntoWorkbook(place, { names, cells })
  const added = { Mail: [names, ...cells.values()] }
  pythonJob('workbook.py', { before, after, added }, folder, python)
})
