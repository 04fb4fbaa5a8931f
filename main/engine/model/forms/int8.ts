// 8 bits with a scale for each row: rows for the backward pass, turned and rotated ones for the forward pass.
import { rotate, rotationSize } from '../../graph/rotation.ts'
import { rowsAndColumns, valuesOf } from '../stored.ts'
import type { Form } from './form.ts'

/** Integers around zero in signed bytes, around 128 in unsigned ones: which of the two a CPU is fast with, and exact, differs. */
export const int8 = (type: 'i8' | 'u8'): Form => ({
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
    const middle = type === 'u8' ? 128 : 0
    const turned = new Uint8Array(all * columns)
    return {
      async rows(stored) {
        const values = valuesOf(stored)
        const { integers, scales } = quantised(values, columns, middle)
        await write('rows', integers, stored.first * columns)
        await write('scales', scales, 4 * stored.first)
        rotate(values, rotationSize(columns))
        const rotated = quantised(values, columns, middle)
        for (let row = 0, i = 0; row < stored.rows; row++)
          for (let column = 0, to = stored.first + row; column < columns; column++, i++, to += all)
            turned[to] = rotated.integers[i] as number
        await write('columnScales', rotated.scales, 4 * stored.first)
      },
      end: () => write('columns', turned, 0),
    }
  },
})

/** Integers around `middle`, as bytes, and the scale of each row: its largest magnitude is 127. */
function quantised(values: Float32Array, columns: number, middle: number) {
  const scales = new Float32Array(values.length / columns)
  const integers = new Uint8Array(values.length)
  for (let row = 0; row < scales.length; row++) {
    const from = row * columns
    let largest = 0
    for (let i = from; i < from + columns; i++) largest = Math.max(largest, Math.abs(values[i] as number))
    const scale = Math.fround(largest / 127) || 1
    scales[row] = scale
    for (let i = from; i < from + columns; i++) integers[i] = middle + Math.round((values[i] as number) / scale)
  }
  return { integers, scales }
}
