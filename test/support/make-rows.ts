// Writes a CSV of any number of rows, the same ones for the same number: node test/support/make-rows.ts PATH [ROWS]
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { resolve } from 'node:path'
import { finished } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { createRandom } from '../../main/engine/random.ts'

const labels = ['billing', 'delivery', 'praise', 'complaint', 'question', 'other']
const words =
  'the parcel came late again and nobody answers my letters about the invoice please send a new one thank you it works'.split(
    ' ',
  )
const CHUNK = 5000

/** Columns text and label; one text in a thousand says "lighthouse", none is there twice. */
export async function writeRows(path: string, rows: number): Promise<void> {
  const { integer: below } = createRandom(rows)
  const line = (row: number): string => {
    const said = Array.from({ length: 4 + below(24) }, () => words[below(words.length)])
    if (row % 1000 === 0) said.push('lighthouse')
    return `"${said.join(' ')}, number ${String(row)}",${labels[below(labels.length)] ?? ''}\n`
  }
  const file = createWriteStream(path)
  file.write('text,label\n')
  for (let at = 0; at < rows; at += CHUNK) {
    const some = Array.from({ length: Math.min(CHUNK, rows - at) }, (_, i) => line(at + i + 1))
    if (!file.write(some.join(''))) await once(file, 'drain')
  }
  file.end()
  await finished(file)
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [path = 'rows.csv', rows = '1000000'] = process.argv.slice(2)
  await writeRows(path, Number(rows))
}
