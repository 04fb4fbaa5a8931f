// Finds the model that a command is to work with.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'
import type { PrecisionName } from '../../contract/model.ts'
import type { ModelRecord } from '../../contract/records.ts'
import type { StudioEvent } from '../../contract/service.ts'
import { starter, starterWord } from '../../contract/starter.ts'
import type { Session } from './host.ts'
import { given } from './options.ts'
import type { Output } from './output.ts'

/**
 * A known name, whatever its case; "starter" or the starter model's name, which is offered to be fetched; else a path that is
 * added. Without any, the only model there is. Errors: 'run/no-model', 'run/which-model', 'run/unknown-model'.
 */
export async function chooseModel(session: Session, wanted: string | undefined): Promise<ModelRecord> {
  const models = await session.studio.call('models.list', {})
  const names = models.map(({ name }) => name)
  if (wanted === undefined) {
    const [first, ...others] = models
    if (!first) return offerStarter(session, 'run/no-model')
    if (others.length > 0) throw studioError('run/which-model', names)
    return first
  }
  const known = named(models, wanted)
  if (known) return known
  if (isStarter(wanted)) return named(models, starter.name) ?? offerStarter(session, 'run/starter-missing')
  if (!existsSync(wanted)) throw studioError('run/unknown-model', wanted, names)
  return addModel(session, resolve(wanted))
}

/** The model of that name: spelled like it, else the only one that differs in case alone. */
function named(models: readonly ModelRecord[], wanted: string): ModelRecord | undefined {
  const exact = models.find(({ name }) => name === wanted)
  const alike = models.filter(({ name }) => name.toLowerCase() === wanted.toLowerCase())
  return exact ?? (alike.length === 1 ? alike[0] : undefined)
}

const isStarter = (wanted: string): boolean =>
  [starterWord, starter.name, starter.repository, starter.file].some(
    (word) => word.toLowerCase() === wanted.toLowerCase(),
  )

/** Fetches the starter model where somebody at a terminal wants that. Errors: the given one, those of 'models.starter'. */
async function offerStarter(session: Session, otherwise: 'run/no-model' | 'run/starter-missing'): Promise<ModelRecord> {
  const size = (starter.bytes / 1e6).toFixed(0)
  const question = `Download the starter model ${starter.name} (${size} MB, licence ${starter.licence}) now? [Y/n] `
  const answer = await session.ask?.(question)
  if (answer === undefined || !/^(y|yes|)$/i.test(answer.trim())) throw studioError(otherwise)
  return getStarter(session)
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
