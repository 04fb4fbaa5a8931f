// The only way to other computers: refused where the person has switched the network off, and every exchange is recorded.
import { studioError } from '../../contract/errors/index.ts'
import type { Exchange } from '../../engine/model/download.ts'
import type { ServiceContext } from '../context.ts'

/** Runs `visit` with the callback that records each exchange. Error: 'studio/network-off' before any socket opens. */
export async function throughNetwork<T>(
  { store, changed }: Pick<ServiceContext, 'store' | 'changed'>,
  purpose: string,
  visit: (onConnection: (exchange: Exchange) => void) => Promise<T>,
): Promise<T> {
  const { network } = await store.preferences.get()
  if (!network) throw studioError('studio/network-off', purpose)
  const writes: Promise<void>[] = []
  const write = async (exchange: Exchange): Promise<void> => {
    await store.connections.add({ ...exchange, purpose })
    changed('ledger')
  }
  try {
    return await visit((exchange) => void writes.push(write(exchange)))
  } finally {
    // Every exchange is recorded, also where the visit fails.
    await Promise.all(writes)
  }
}
