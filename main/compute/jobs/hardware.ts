// Job: report which kinds of hardware ONNX Runtime offers on this computer.
import { offeredProviders, providers } from '../../engine/runtime/providers.ts'
import type { Handlers } from '../serve.ts'

export const hardware: Handlers['hardware'] = (_job, sink) => {
  const offered = new Set<string>(offeredProviders())
  sink.emit({
    event: 'hardware',
    providers: Object.entries(providers).map(([name, { title }]) => ({ name, title, offered: offered.has(name) })),
  })
  return Promise.resolve({ outcome: 'finished' })
}
