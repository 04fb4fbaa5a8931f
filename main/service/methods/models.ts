// Methods models.*: base models, added and listed.
import { basename, extname } from 'node:path'
import type { SealedModel } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { ModelRecord } from '../../contract/records.ts'
import { fetchStarter } from '../../engine/model/starter.ts'
import type { CallContext, Methods, ServiceContext } from '../context.ts'
import { serveJob } from './serving.ts'

/** Prepares the model in compute and keeps its description. */
async function add(context: ServiceContext, call: CallContext, path: string, name: string): Promise<ModelRecord> {
  let prepared: SealedModel | undefined
  await serveJob(context, call, { kind: 'prepare', path, cache: context.home.cache, name }, (event) => {
    if (event.event === 'prepared') prepared = event.model
  })
  if (!prepared) throw studioError('run/failed', 'compute prepared no model')
  const { hash, folder, family, licence, json } = prepared
  const model = await context.store.models.put({ name, hash, source: path, folder, family, licence, prepared: json })
  context.changed('models')
  return model
}

export const modelMethods: Pick<Methods, 'models.list' | 'models.add' | 'models.starter'> = {
  'models.list': ({ store }) => store.models.list(),
  'models.add': (context, { path, name }, call) => add(context, call, path, name ?? basename(path, extname(path))),
  'models.starter': async (context, _input, call) => {
    const { path, name } = await fetchStarter(context.home.models, {
      onProgress: (stage, done, total) => {
        call.emit({ event: 'progress', stage, done, total })
      },
      signal: call.signal,
    })
    return add(context, call, path, name)
  },
}
