// The detector's thread: answers each piece of text with the encodings that it may be in.
import { parentPort } from 'node:worker_threads'
import { chardet } from 'jschardet'
import type { Candidate } from './detector.ts'

parentPort?.on('message', (bytes: Uint8Array) => {
  const found = chardet.detectAll(bytes, { ignoreThreshold: true })
  const candidates = found.flatMap(({ encoding, confidence }): Candidate[] =>
    encoding === null ? [] : [{ name: encoding, confidence }],
  )
  parentPort?.postMessage(candidates)
})
