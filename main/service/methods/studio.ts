// Methods studio.*: preferences, this computer, the network ledger, backup, and notice of changes.
import type { Ledger, Method } from '../../contract/service.ts'
import { studioError } from '../../contract/errors/index.ts'
import { declarations } from '../../engine/method/index.ts'
import { backUp, layReady } from '../home/backup.ts'
import type { Methods, ServiceContext } from '../context.ts'
import { diagnosticsOf } from '../studio/diagnostics.ts'
import { conditionOf } from '../home/condition.ts'
import { computerOf } from '../studio/hardware.ts'

async function ledger({ store }: ServiceContext): Promise<Ledger> {
  const connections = await store.connections.list()
  const sum = (of: 'sent' | 'received'): number => connections.reduce((total, each) => total + each[of], 0)
  return { connections, sent: sum('sent'), received: sum('received') }
}

export const studioMethods: Pick<Methods, Extract<Method, `studio.${string}`>> = {
  'studio.preferences': ({ store }) => store.preferences.get(),
  'studio.prefer': async ({ store, changed }, chosen) => {
    await store.transaction((tables) => tables.preferences.set(chosen))
    changed('preferences')
    return store.preferences.get()
  },
  'studio.ledger': (context) => ledger(context),
  'studio.methods': () => Promise.resolve(declarations()),
  'studio.computer': (context) => computerOf(context),
  'studio.backup': (context, { path }, call) => backUp(context, call, path),
  'studio.restore': (context, { path }, call) => layReady(context, call, path),
  'studio.condition': ({ home }) => conditionOf(home, undefined),
  'studio.recover': () => Promise.reject(studioError('studio/not-damaged')),
  'studio.diagnostics': async (context) => ({ text: await diagnosticsOf(context) }),
  'studio.watch': async ({ watch }, _input, { emit, signal }) => {
    await watch((subject) => {
      emit({ event: 'changed', subject })
    }, signal)
    return null
  },
}
