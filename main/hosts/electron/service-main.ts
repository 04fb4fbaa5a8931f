// The service as Electron starts it: on the plain Node that comes along, for as long as its parent lives.
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { StudioError } from '../../contract/errors/index.ts'
import { printable } from '../../contract/printable.ts'
import { forkCompute } from '../../service/compute/child.ts'
import { keepCompiled } from '../../service/home/code-cache.ts'
import { defaultHome } from '../../service/home/home.ts'
import { openLocalApi } from '../api/local.ts'

/** Milliseconds between two signs of life while it ends. */
const ALIVE_MS = 1000
/** Milliseconds that it may take to end. */
const CLOSE_MS = 60_000

async function serve(home: string): Promise<void> {
  keepCompiled(home)
  const { connectLasting } = await import('../../service/lasting.ts')
  const spawn = forkCompute(fileURLToPath(new URL('../../compute/main.ts', import.meta.url)))
  const studio = await connectLasting(home, { spawn, threads: availableParallelism(), openApi: openLocalApi })
  process.send?.('ready')
  await new Promise<void>((resolve) => {
    // The parent asks for the end, or is gone.
    process.once('message', () => {
      resolve()
    })
    process.once('disconnect', () => {
      resolve()
    })
  })
  // Its parent takes silence for a hang.
  const alive = setInterval(() => void (process.connected && process.send?.('ending')), ALIVE_MS)
  // Nobody else ends this process where its parent is gone.
  setTimeout(() => process.exit(1), CLOSE_MS).unref()
  await studio.close()
  clearInterval(alive)
}

// A terminal's ctrl-C reaches this process too; its parent decides what it means.
process.on('SIGINT', () => undefined)

serve(process.argv[2] ?? defaultHome()).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${printable(error instanceof StudioError ? error.message : String(error))}\n`)
    process.exit(1)
  },
)
