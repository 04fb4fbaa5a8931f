// Finds the model that a command is to work with.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'
import type { ModelRecord } from '../../contract/records.ts'
import type { Session } from './host.ts'

/** A known name, else a path that is added; without either, the only model there is. Errors: 'run/no-model', 'run/which-model'. */
export async function chooseModel(
  { studio, output, signal }: Session,
  wanted: string | undefined,
): Promise<ModelRecord> {
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
  const onEvent = (event: Parameters<typeof output.event>[0]) => {
    output.event(event)
  }
  return studio.call('models.add', { path: resolve(wanted) }, { onEvent, signal })
}
