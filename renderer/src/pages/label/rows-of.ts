// "1 row", "5,000 rows".
import { count } from '../../ui/format.ts'

export const rowsOf = (rows: number): string => (rows === 1 ? '1 row' : `${count(rows)} rows`)
