// Describes this computer: system, memory, disk, and the state of each kind of hardware for computing.
import { statfs } from 'node:fs/promises'
import { availableParallelism, arch, cpus, release, type } from 'node:os'
import type { ComputeEvent, KnownProvider } from '../../contract/compute.ts'
import type { Computer, ProviderCheck } from '../../contract/service.ts'
import { freeMemory, totalMemory } from '../../engine/runtime/machine-memory.ts'
import type { ServiceContext } from '../context.ts'
import { bytesAt } from '../home/disk.ts'
import { supervise } from '../compute/supervise.ts'
import { studioVersion } from '../../contract/version.ts'

/** Cached, because hardware does not change while the service lives and listing it takes a process. */
const known = new WeakMap<ServiceContext, Promise<readonly KnownProvider[]>>()

export async function computerOf(context: ServiceContext): Promise<Computer> {
  const { folder, database, models, cache } = context.home
  const [disk, databases, modelBytes, cacheBytes, providers] = await Promise.all([
    statfs(folder),
    Promise.all(['', '-wal', '-shm'].map((end) => bytesAt(database + end))),
    bytesAt(models),
    bytesAt(cache),
    checksOf(context),
  ])
  return {
    system: `${type()} ${release()} (${arch()})`,
    processor: cpus()[0]?.model.trim() ?? arch(),
    cores: availableParallelism(),
    memory: totalMemory(),
    free: freeMemory(),
    disk: disk.bavail * disk.bsize,
    folder,
    used: { database: databases.reduce((sum, size) => sum + size, 0), models: modelBytes, cache: cacheBytes },
    providers,
    version: studioVersion,
  }
}

/** The state of every provider, from the notes of runs and from ONNX Runtime itself. */
export async function checksOf(context: ServiceContext): Promise<ProviderCheck[]> {
  const [providers, notes] = await Promise.all([knownProviders(context), context.store.notes.latest('provider/')])
  const said = new Map(notes.map(({ code, message }) => [code.replace('provider/', ''), message]))
  const used = notes.findLast(({ message }) => message.startsWith('Computing on'))
  return providers.map(({ name, title, offered }) => {
    const note = said.get(name)
    if (note !== undefined && note === used?.message) return { name, state: 'in use', note }
    if (!offered) return { name, state: 'absent', note: 'This computer has none that the studio can use.' }
    if (note?.startsWith('Not using') === true) return { name, state: 'refused', note }
    return { name, state: 'untried', note: `A run tries ${title} when it is the best that this computer has.` }
  })
}

/** Every kind that ONNX Runtime knows, best first. */
export function knownProviders(context: ServiceContext): Promise<readonly KnownProvider[]> {
  const found = known.get(context) ?? askCompute(context)
  known.set(context, found)
  return found
}

async function askCompute({ spawn, bounds }: ServiceContext): Promise<readonly KnownProvider[]> {
  let found: readonly KnownProvider[] = []
  const hear = (event: ComputeEvent): void => {
    if (event.event === 'hardware') found = event.providers
  }
  await supervise(spawn, { kind: 'hardware' }, hear, { bounds }).result
  return found
}
