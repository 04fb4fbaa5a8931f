// Test program: prints the anonymous memory that a session over mapped weights adds, as a multiple of the weights' size.
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Node } from '../../../main/engine/graph/node.ts'
import { input, matmul, weight } from '../../../main/engine/graph/ops.ts'
import { createSession, type SessionOptions } from '../../../main/engine/runtime/session.ts'

const options = JSON.parse(process.argv[2] ?? '{}') as Pick<SessionOptions, 'dialect' | 'packWeights'>
const [size, layers] = [1024, 12]
const bytes = size * size * 4

const folder = await mkdtemp(join(tmpdir(), 'mapped-'))
// Holes, each with a number of its own (ONNX Runtime packs equal weights once): few bytes pass through this process.
const file = await open(join(folder, 'w.bin'), 'w')
for (let layer = 0; layer < layers; layer++) await file.write(Float32Array.of(layer), 0, 4, 3 + layer * bytes)
await file.truncate(3 + layers * bytes)
await file.close()
const rows = input('rows', [8, size])
let y: Node = rows
for (let layer = 0; layer < layers; layer++) {
  const at = { name: `w${layer}`, file: 'w.bin', offset: 3 + layer * bytes, bytes }
  y = matmul(y, weight(at, [size, size]), { transB: layer % 2 === 0 })
}
const feeds = { rows: { shape: [8, size], data: new Float32Array(8 * size) } }

const before = await anonymousBytes()
const session = await createSession(
  { outputs: { y } },
  { ...options, weightsFolder: folder, provider: 'cpu', threads: 1 },
)
await session.run(feeds)
console.log(((await anonymousBytes()) - before) / (layers * bytes))
await session.release()
await rm(folder, { recursive: true })

async function anonymousBytes(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8')
  return 1024 * Number(/RssAnon:\s+(\d+)/.exec(status)?.[1])
}
