// Methods api.*: the switch of the local API, its keys and its log.
import type { Method } from '../../contract/service.ts'
import type { Methods } from '../context.ts'

export const localApiMethods: Pick<Methods, Extract<Method, `api.${string}`>> = {
  'api.state': ({ api }) => api.state(),
  'api.switch': async ({ api }, wanted) => {
    await api.switch(wanted)
    return api.state()
  },
  'api.addKey': ({ api, changed }, { name, limit }) => {
    const key = api.keys.add(name, limit)
    changed('api')
    return Promise.resolve({ key })
  },
  'api.revokeKey': ({ api, changed }, { name }) => {
    api.keys.revoke(name)
    changed('api')
    return Promise.resolve(null)
  },
  'api.watch': async ({ api }, _input, { emit, signal }) => {
    await api.watch((line) => {
      emit({ event: 'request', ...line })
    }, signal)
    return null
  },
}
