// Finds out how a text file is encoded.
import { basename } from 'node:path'
import { studioError } from '../../../contract/errors/index.ts'
import type { EncodingName } from '../../../contract/reading.ts'
import { firstBytes } from '../bytes.ts'
import { type FoundEncoding, legacyEncoding } from './legacy.ts'
import { surveyUtf8 } from './utf8.ts'
import { isText, markedEncoding, wideEncoding } from './wide.ts'

/**
 * A byte order mark decides; else UTF-16 or UTF-32 where the bytes are text in no other way; else UTF-8 where the whole
 * file is, but for a few bytes; else what a detector says of the lines that are not ASCII. Errors: 'data/not-found',
 * 'data/unreadable', 'data/empty', 'data/binary'.
 */
export async function detectEncoding(path: string): Promise<FoundEncoding> {
  const start = await firstBytes(path)
  const sure = markedEncoding(start) ?? wideEncoding(start)
  if (sure) return found(sure)
  if (!isText(start)) throw studioError('data/binary', basename(path))
  const { sequences, stray, sample } = await surveyUtf8(path)
  if (sequences + stray === 0) return found(switchesLetters(sample) ? 'iso-2022-jp' : 'utf-8')
  // In a text of another encoding, bytes that happen to make a sequence are far fewer than those that do not.
  if (stray < sequences) return found('utf-8', 10 * stray > sequences)
  return legacyEncoding(sample)
}

/** ISO-2022-JP is ASCII in which an escape announces other letters (RFC 1468). */
const switchesLetters = (sample: Uint8Array): boolean => Buffer.from(sample).includes('\x1b$')

const found = (encoding: EncodingName, encodingDoubtful = false): FoundEncoding => ({ encoding, encodingDoubtful })
