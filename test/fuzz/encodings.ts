// Texts of many languages in the encodings they are usually in: read right, or said to be doubtful.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import iconv from 'iconv-lite'
import { decodeAll } from '../../main/engine/data/encoding/decode.ts'
import { detectEncoding } from '../../main/engine/data/encoding/detect.ts'
import { languages } from '../fixtures/text/languages.ts'
import type { FuzzProperty } from './property.ts'

interface Case {
  readonly encoding: string
  readonly messages: readonly string[]
}

const encoderNames: Readonly<Record<string, string>> = { 'x-mac-cyrillic': 'maccyrillic' }

const cases: fc.Arbitrary<Case> = fc.constantFrom(...Object.values(languages)).chain(({ encodings, messages }) =>
  fc.record({
    encoding: fc.constantFrom(
      ...encodings.filter((name) => name !== 'iso-2022-jp'),
      'utf-8',
      'utf-16le',
      'utf-16be',
      'utf-32le',
    ),
    messages: fc.array(fc.constantFrom(...messages), { minLength: 1, maxLength: 20 }),
  }),
)

export const encodings: FuzzProperty<Case> = {
  name: 'an encoding is found or said to be doubtful',
  cases,
  async check({ encoding, messages }) {
    const text = `text\n${messages.join('\n')}\n`
    const bytes = iconv.encode(text, encoderNames[encoding] ?? encoding)
    const folder = await mkdtemp(join(tmpdir(), 'softprompt-fuzz-'))
    try {
      await writeFile(join(folder, 'f.txt'), bytes)
      const found = await detectEncoding(join(folder, 'f.txt'))
      if (!found.encodingDoubtful && decodeAll(bytes, found.encoding) !== text)
        throw new Error(`${encoding} was taken for ${found.encoding}`)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}
