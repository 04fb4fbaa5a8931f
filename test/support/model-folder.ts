// Copies of the tiny models' folders with other files in them.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { safetensorsFile } from '../../main/engine/export/safetensors.ts'
import { parseSafetensors } from '../../main/engine/model/safetensors.ts'
import type { NamedTensors } from '../../main/contract/tensor.ts'
import { temporaryFolder } from './temporary.ts'
import { type Family, tinyFolder } from './tiny.ts'

/** A file's new content: text, bytes, an object that changes its JSON, null = no such file. */
export type Change = string | Uint8Array | Readonly<Record<string, unknown>> | null

/** A copy of the tiny model's folder with these files changed. */
export function folderWith(family: Family, changes: Readonly<Record<string, Change>>): string {
  const folder = join(temporaryFolder(), family)
  cpSync(tinyFolder(family), folder, { recursive: true })
  for (const [name, change] of Object.entries(changes)) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    if (change === null) rmSync(path, { force: true })
    else if (typeof change === 'string' || change instanceof Uint8Array) writeFileSync(path, change)
    else writeFileSync(path, JSON.stringify({ ...jsonAt(path), ...change }))
  }
  return folder
}

function jsonAt(path: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  } catch {
    return {}
  }
}

/** The tiny model's float32 tensors. */
export function tensorsOfTiny(family: Family): Record<string, NamedTensors[string]> {
  const file = readFileSync(join(tinyFolder(family), 'model.safetensors'))
  const header = file.subarray(8, 8 + Number(file.readBigUInt64LE()))
  const found = Object.entries(parseSafetensors(header, 'model.safetensors', file.length))
  return Object.fromEntries(
    found.map(([name, { offset, bytes, shape }]) => {
      const data = new Float32Array(Uint8Array.from(file.subarray(offset, offset + bytes)).buffer)
      return [name, { shape, data }]
    }),
  )
}

/** The tiny model's weights file with these tensors beside or instead of its own; undefined takes one away. */
export function weightsWith(
  family: Family,
  more: Readonly<Record<string, NamedTensors[string] | undefined>>,
): Uint8Array {
  const entries = Object.entries({ ...tensorsOfTiny(family), ...more }).filter(([, tensor]) => tensor !== undefined)
  return safetensorsFile(Object.fromEntries(entries) as NamedTensors)
}

/** The same file where one tensor is said to be of another type, and of another shape where one is given. */
export function typed(file: Uint8Array, name: string, dtype: string, shape?: readonly number[]): Uint8Array {
  const length = Number(Buffer.from(file).readBigUInt64LE())
  const header = JSON.parse(Buffer.from(file).toString('utf8', 8, 8 + length)) as Record<string, object>
  const entry = header[name]
  if (entry) Object.assign(entry, { dtype, ...(shape ? { shape } : {}) })
  const json = Buffer.from(JSON.stringify(header))
  return Buffer.concat([Buffer.from(BigUint64Array.of(BigInt(json.length)).buffer), json, file.subarray(8 + length)])
}
