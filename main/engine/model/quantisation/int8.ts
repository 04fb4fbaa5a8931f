// 8 bits with a scale for each row: rows for the backward pass, a transposed and rotated copy for the forward pass.
import { quantisedRows } from '../../runtime/quantise.ts'
import { rowsAndColumns, valuesOf } from '../stored.ts'
import type { QuantScheme } from './scheme.ts'

/** Signed or unsigned bytes: CPUs differ in which of the two is fast and exact. */
export const int8 = (type: 'i8' | 'u8'): QuantScheme => ({
  name: 'int8',
  parts({ shape }) {
    const [rows, columns] = rowsAndColumns(shape)
    return {
      rows: { type, shape: [rows, columns] },
      scales: { type: 'f32', shape: [rows] },
      columns: { type, shape: [columns, rows] },
      columnScales: { type: 'f32', shape: [rows] },
    }
  },
  writer({ shape }, write) {
    const [all, columns] = rowsAndColumns(shape)
    const transposed = new Uint8Array(all * columns)
    return {
      async rows(stored) {
        const { first, rows } = stored
        const found = await quantisedRows(valuesOf(stored), columns, type)
        await write('rows', found.rows, first * columns)
        await write('scales', found.scales, 4 * first)
        for (let column = 0; column < columns; column++)
          transposed.set(found.columns.subarray(column * rows, (column + 1) * rows), column * all + first)
        await write('columnScales', found.columnScales, 4 * first)
      },
      end: () => write('columns', transposed, 0),
    }
  },
})
