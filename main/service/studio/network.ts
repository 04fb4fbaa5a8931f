// The one door to other computers: shut where the person says so, and every exchange through it is written down.
import { studioError } from '../../contract/errors/index.ts'
import type { Exchange } from '../../engine/model/download.ts'
import type { ServiceContext } from '../context.ts'

/** Goes through the door: `visit` gets what must hear of every exchange. Error: 'studio/network-off' before any socket opens. */
export async function throughNetwork<T>(
  { store, changed }: Pick<ServiceContext, 'store' | 'changed'>,
  purpose: string,
  visit: (onConnection: (exchange: Exchange) => void) => Promise<T>,
): Promise<T> {
  const { network } = await store.preferences.get()
  if (!network) throw studioError('studio/network-off', purpose)
  const written: Promise<void>[] = []
  const write = async (exchange: Exchange): Promise<void> => {
    await store.connections.add({ ...exchange, purpose })
    changed('ledger')
  }
  try {
    return await visit((exchange) => void written.push(write(exchange)))
  } finally {
    // Nothing that went through the door is forgotten, whatever came of it.
    await Promise.all(written)
  }
}
