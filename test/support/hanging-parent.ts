// A service's stand-in that gives a compute process a job which hangs; prints its process id.
import { fileURLToPath } from 'node:url'
import { forkCompute } from '../../main/service/compute/child.ts'
import { supervise } from '../../main/service/compute/supervise.ts'

const spawn = forkCompute(fileURLToPath(new URL('hanging-compute.ts', import.meta.url)))
let pid: number | undefined
const watched = () => {
  const child = spawn()
  pid = child.pid
  return child
}
supervise(watched, { kind: 'preview' } as never, () => undefined)
setTimeout(() => {
  process.stdout.write(`${String(pid)}\n`)
}, 1500)
