// Writes a run's events into the store: measurements become permanent with the checkpoint that follows them.
import type {
  Checkpoint,
  ComputeEvent,
  Evaluation,
  StepMetrics,
  TunedModel,
  TunedPrompt,
  ValidationAnswer,
} from '../../contract/compute.ts'
import type { MeasuredPrompt } from '../../contract/measures.ts'
import { distinctName } from '../../contract/names.ts'
import type { NoteRecord, RunRecord, ValidationRecord } from '../../contract/records.ts'
import type { StudioEvent } from '../../contract/service.ts'
import type { Store, Tables } from '../../engine/store/store.ts'

export interface Recorder {
  /** Drops measurements that no checkpoint covers, and gives the checkpoint to resume from. */
  begin(): Promise<Checkpoint | undefined>
  /** A checkpoint is on disk when this resolves. */
  record(event: ComputeEvent): Promise<void>
  note(note: NoteRecord): Promise<void>
  /** Stores the remaining metrics, the prompt, a finished run's evaluations and measures, and its new state in one transaction. */
  end(run: RunEnding): Promise<void>
}

export interface RunEnding {
  readonly state: 'finished' | 'stopped' | 'diverged'
  readonly prompt: TunedPrompt | undefined
  /** The model that it made, and the name of the one that it made it from. */
  readonly model?: (TunedModel & { readonly base: string }) | undefined
  /** Why it diverged. */
  readonly message?: string | undefined
}

/** Records one run; `report` gets each event once it is stored or, for measurements, pending. */
export function createRecorder(store: Store, run: RunRecord, report: (event: StudioEvent) => void): Recorder {
  const { id, dataset, version } = run
  const pending = createPending(store, id)
  const note = async (note: NoteRecord): Promise<void> => {
    await store.notes.add(id, note)
    report({ event: 'warning', ...note })
  }
  const recorders = recordersOf(store, id, pending, note, report)
  return {
    begin: async () => {
      pending.clear()
      const checkpoint = await store.checkpoints.load(id)
      await store.transaction((tables) => tables.metrics.dropAfter(id, checkpoint?.step ?? -1))
      return checkpoint
    },
    record: (event) => recorders[event.event](event as never),
    note,
    end: ({ state, prompt, model, message }) =>
      pending.flush(async (tables) => {
        if (model) await addModel(tables, run, model)
        if (prompt) await tables.prompts.put(id, prompt)
        const evaluated = { run: id, dataset, version }
        if (state !== 'stopped') {
          for (const evaluation of pending.evaluations) await tables.evaluations.add(evaluated, evaluation)
          for (const answers of pending.calibrated) await tables.validationAnswers.put(id, answers)
        }
        for (const measured of pending.measured) await tables.measures.put(id, measured)
        await tables.runs.setState(id, state, message)
      }),
  }
}

/** Adds the model that a run has made, by the run's name or, where a model has that, one like it. */
async function addModel(
  { models }: Tables,
  run: RunRecord,
  { sealed, config, base }: NonNullable<RunEnding['model']>,
): Promise<void> {
  const { json, hash, weightsHash = hash, folder, family, licence } = sealed
  const taken = new Set((await models.list()).map(({ name }) => name))
  const name = distinctName(run.name, (each) => taken.has(each))
  const described = { name, hash, weightsHash, source: folder, folder, family, licence, prepared: json, config }
  await models.put({ ...described, made: { base, run: run.id } })
}

/** Metrics since the last checkpoint; evaluations and measures wait for the run's end. */
interface Pending {
  readonly steps: StepMetrics[]
  readonly validations: ValidationRecord[]
  readonly evaluations: Evaluation[]
  readonly measured: MeasuredPrompt[]
  /** The answers to the validation set, once. */
  readonly calibrated: (readonly ValidationAnswer[])[]
  /** Writes steps and validations, together with what `also` writes. */
  flush(also: (tables: Tables) => Promise<void>): Promise<void>
  clear(): void
}

function createPending(store: Store, run: number): Pending {
  const [steps, validations]: [StepMetrics[], ValidationRecord[]] = [[], []]
  const [evaluations, measured]: [Evaluation[], MeasuredPrompt[]] = [[], []]
  const calibrated: (readonly ValidationAnswer[])[] = []
  const empty = (...lists: unknown[][]): void => {
    for (const list of lists) list.length = 0
  }
  return {
    steps,
    validations,
    evaluations,
    measured,
    calibrated,
    flush: async (also) => {
      await store.transaction(async (tables) => {
        await tables.metrics.add(run, { steps, validations })
        await also(tables)
      })
      empty(steps, validations)
    },
    clear: () => {
      empty(steps, validations, evaluations, measured, calibrated)
    },
  }
}

type Recorders = {
  readonly [E in ComputeEvent['event']]: (event: Extract<ComputeEvent, { event: E }>) => Promise<void>
}

const ignore = (): Promise<void> => Promise.resolve()

function recordersOf(
  store: Store,
  run: number,
  pending: Pending,
  note: Recorder['note'],
  report: (event: StudioEvent) => void,
): Recorders {
  return {
    step: async ({ metrics }) => {
      pending.steps.push(metrics)
      report({ event: 'step', ...metrics })
    },
    validation: async (event) => {
      const { event: _, ...validation } = event
      pending.validations.push(validation)
      report(event)
    },
    untuned: async (event) => {
      const { headline, metrics } = event
      await store.runs.setUntuned(run, { headline, metrics })
      report(event)
    },
    checkpoint: async ({ checkpoint }) => {
      await pending.flush((tables) => tables.checkpoints.save(run, checkpoint))
      report({ event: 'checkpoint', step: checkpoint.step })
    },
    evaluation: async ({ evaluation }) => {
      pending.evaluations.push(evaluation)
      const { rows, ...figures } = evaluation
      report({ event: 'evaluation', ...figures, rows: rows.length })
    },
    calibrated: async ({ answers }) => {
      pending.calibrated.push(answers)
    },
    measured: async ({ measured }) => {
      pending.measured.push(measured)
    },
    warning: ({ step, code, message }) => note({ step, code, message }),
    provider: async (event) => {
      await store.notes.add(run, { step: 0, code: `provider/${event.name}`, message: event.note })
      report(event)
    },
    progress: async (event) => {
      report(event)
    },
    alive: ignore,
    prepared: ignore,
    rendering: ignore,
    answers: ignore,
    inspection: ignore,
    preview: ignore,
    preflight: ignore,
    hardware: ignore,
    token: ignore,
    answered: ignore,
    wrote: ignore,
    written: ignore,
    refused: ignore,
    done: ignore,
    failed: ignore,
  }
}
