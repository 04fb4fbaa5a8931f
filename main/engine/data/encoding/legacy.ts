// Which encoding older than Unicode some text is in: a detector's candidates, and of those the one that reads best.
import { type EncodingName, encodingNames, type Taken } from '../../../contract/reading.ts'
import { decodeAll } from './decode.ts'
import { type Candidate, candidatesFor } from './detector.ts'

export type FoundEncoding = Required<Pick<Taken, 'encoding' | 'encodingDoubtful'>>

/** What is as likely as this, of the likeliest one's likelihood, is a candidate too. */
const nearShare = 0.9
/** Confidences below which the detector knows nothing, and below which it knows little. */
const nothing = 0.05
const little = 0.1

/** Names that detectors have for encodings of ours, or for ones that ours contain. */
const otherNames: Readonly<Record<string, EncodingName>> = {
  macroman: 'macintosh',
  maccyrillic: 'x-mac-cyrillic',
  cp437: 'ibm437',
  cp850: 'ibm850',
  cp858: 'ibm850',
  cp852: 'ibm852',
  cp874: 'windows-874',
  'tis-620': 'windows-874',
  cp932: 'shift_jis',
  cp949: 'euc-kr',
  cp1258: 'windows-1258',
  'iso-8859-1': 'windows-1252',
  'iso-8859-9': 'windows-1254',
}

function ownName(name: string): EncodingName | undefined {
  const plain = name.toLowerCase().replace(/^iso8859/, 'iso-8859')
  return otherNames[plain] ?? encodingNames.find((own) => own === plain)
}

/** Windows-1252, which Latin-1 files are read as everywhere, where nothing speaks for another encoding. */
export async function legacyEncoding(sample: Uint8Array): Promise<FoundEncoding> {
  const candidates = ownCandidates(await candidatesFor(sample))
  const likeliest = candidates[0]?.confidence ?? 0
  if (likeliest < nothing) return { encoding: 'windows-1252', encodingDoubtful: true }
  const read = candidates
    .filter(({ confidence }) => confidence >= nearShare * likeliest)
    .map(({ encoding }) => {
      const text = decodeAll(sample, encoding)
      return { encoding, text, odd: oddities(text) }
    })
    .sort((a, b) => a.odd - b.odd)
  const [best, ...others] = read
  const rival = others.find(({ text, odd }) => odd === best?.odd && text !== best.text)
  return {
    encoding: best?.encoding ?? 'windows-1252',
    encodingDoubtful: rival !== undefined || likeliest < little,
  }
}

/** Of each of our encodings its best confidence, the likeliest first. */
function ownCandidates(candidates: readonly Candidate[]): { encoding: EncodingName; confidence: number }[] {
  const known = new Map<EncodingName, number>()
  for (const { name, confidence } of candidates) {
    const encoding = ownName(name)
    if (encoding && !known.has(encoding)) known.set(encoding, confidence)
  }
  return [...known].map(([encoding, confidence]) => ({ encoding, confidence }))
}

/** What words seldom have: signs that nobody types, capitals and signs within a word. */
const odd = [
  /[^\p{L}\p{M}\p{N}\s\x20-\x7e€£¥¿¡«»„“”‘’‚‹›–—…·°№、。，？！：；「」『』（）]/gu,
  /\p{Ll}\p{Lu}/gu,
  /\p{Lu}\p{Lu}\p{Ll}/gu,
  /\p{L}[^\p{L}\p{M}\p{N}\s\x20-\x7e’·]\p{L}/gu,
]

const oddities = (text: string): number => odd.reduce((sum, pattern) => sum + (text.match(pattern)?.length ?? 0), 0)
