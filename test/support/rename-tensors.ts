// Gives the tensors of a safetensors file other names.
import { readFileSync, writeFileSync } from 'node:fs'

export function renameTensors(path: string, spell: (name: string) => string): void {
  const file = readFileSync(path)
  const length = Number(file.readBigUInt64LE())
  const header = JSON.parse(file.toString('utf8', 8, 8 + length)) as Record<string, unknown>
  const renamed = Object.entries(header).map(([name, entry]) => [name === '__metadata__' ? name : spell(name), entry])
  const json = Buffer.from(JSON.stringify(Object.fromEntries(renamed)))
  const size = Buffer.from(BigUint64Array.of(BigInt(json.length)).buffer)
  writeFileSync(path, Buffer.concat([size, json, file.subarray(8 + length)]))
}
