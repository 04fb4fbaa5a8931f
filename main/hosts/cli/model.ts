// Finds the model that a command is to work with.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'
import type { PrecisionName } from '../../contract/model.ts'
import type { ModelRecord } from '../../contract/records.ts'
import type { StudioEvent } from '../../contract/service.ts'
import type { Session } from './host.ts'
import { given } from './options.ts'
import type { Output } from './output.ts'

/** A known name, else a path that is added; without either, the only model there is. Errors: 'run/no-model', 'run/which-model'. */
export async function chooseModel(session: Session, wanted: string | undefined): Promise<ModelRecord> {
  const { studio } = session
  const models = await studio.call('models.list', {})
  if (wanted === undefined) {
    const [first, ...others] = models
    if (!first) throw studioError('run/no-model')
    if (others.length > 0)
      throw studioError(
        'run/which-model',
        models.map(({ name }) => name),
      )
    return first
  }
  const known = models.find(({ name }) => name === wanted)
  if (known) return known
  if (!existsSync(wanted)) throw studioError('store/missing', 'model', wanted)
  return addModel(session, resolve(wanted))
}

/** Adds a model file or folder, and shows how far it is. */
export const addModel = (
  { studio, output, signal }: Session,
  path: string,
  { name, precision }: { readonly name?: string; readonly precision?: PrecisionName } = {},
): Promise<ModelRecord> =>
  studio.call('models.add', { path, ...given({ name, precision }) }, { onEvent: reportTo(output), signal })

/** Fetches and adds the starter model, and shows how far it is. */
export const getStarter = ({ studio, output, signal }: Session): Promise<ModelRecord> =>
  studio.call('models.starter', {}, { onEvent: reportTo(output), signal })

const reportTo =
  (output: Output) =>
  (event: StudioEvent): void => {
    output.event(event)
  }
