// Job: make a base model ready for ONNX Runtime.
import { prepareModel } from '../../engine/model/prepare.ts'
import { sealModel } from '../seal.ts'
import type { Handlers } from '../serve.ts'

export const prepare: Handlers['prepare'] = async ({ path, cache, name, precision }, sink) => {
  const model = await prepareModel(path, cache, {
    name,
    precision,
    onProgress: (stage, done, total) => {
      sink.emit({ event: 'progress', stage, done, total })
    },
    signal: sink.signal,
  })
  sink.emit({ event: 'prepared', model: sealModel(model), config: model.config })
  return { outcome: 'finished' }
}
