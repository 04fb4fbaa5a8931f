// Writes a run's events into the store: measurements become permanent with the checkpoint that follows them.
import type { Checkpoint, ComputeEvent, Evaluation, StepMetrics, TunedPrompt } from '../../contract/compute.ts'
import type { NoteRecord, RunRecord, ValidationRecord } from '../../contract/records.ts'
import type { StudioEvent } from '../../contract/service.ts'
import type { Store, Tables } from '../../engine/store/store.ts'

export interface Recorder {
  /** Forgets what no checkpoint covers, and gives the checkpoint to go on from. */
  begin(): Promise<Checkpoint | undefined>
  /** A checkpoint is on disk when this resolves. */
  record(event: ComputeEvent): Promise<void>
  note(note: NoteRecord): Promise<void>
  /** Keeps the rest, the prompt, and the evaluations of a finished run, all at once with its new state. */
  end(run: RunEnding): Promise<void>
}

export interface RunEnding {
  readonly state: 'finished' | 'stopped'
  readonly prompt: TunedPrompt | undefined
}

/** Records one run; `tell` passes on what watchers may know, never before it is true. */
export function createRecorder(store: Store, run: RunRecord, tell: (event: StudioEvent) => void): Recorder {
  const { id, dataset, version } = run
  let steps: StepMetrics[] = []
  let validations: ValidationRecord[] = []
  let evaluations: Evaluation[] = []

  const flush = async (also: (tables: Tables) => Promise<void>): Promise<void> => {
    await store.transaction(async (tables) => {
      await tables.metrics.add(id, { steps, validations })
      await also(tables)
    })
    steps = []
    validations = []
  }

  const note = async (note: NoteRecord): Promise<void> => {
    await store.notes.add(id, note)
    tell({ event: 'warning', ...note })
  }

  const ignore = () => Promise.resolve()
  const recorders: {
    readonly [E in ComputeEvent['event']]: (event: Extract<ComputeEvent, { event: E }>) => Promise<void>
  } = {
    step: async ({ metrics }) => {
      steps.push(metrics)
      tell({ event: 'step', ...metrics })
    },
    validation: async ({ step, loss, accuracy, best, rows }) => {
      const validation = { step, loss, accuracy, best, rows }
      validations.push(validation)
      tell({ event: 'validation', ...validation })
    },
    checkpoint: async ({ checkpoint }) => {
      await flush((tables) => tables.checkpoints.save(id, checkpoint))
      tell({ event: 'checkpoint', step: checkpoint.step })
    },
    evaluation: async ({ evaluation }) => {
      evaluations.push(evaluation)
      const { rows, ...figures } = evaluation
      tell({ event: 'evaluation', ...figures, rows: rows.length })
    },
    warning: ({ step, code, message }) => note({ step, code, message }),
    provider: async (event) => {
      await store.notes.add(id, { step: 0, code: `provider/${event.name}`, message: event.note })
      tell(event)
    },
    progress: async (event) => {
      tell(event)
    },
    prepared: ignore,
    lens: ignore,
    preview: ignore,
    preflight: ignore,
    hardware: ignore,
    token: ignore,
    done: ignore,
    failed: ignore,
  }

  return {
    begin: async () => {
      steps = []
      validations = []
      evaluations = []
      const checkpoint = await store.checkpoints.load(id)
      await store.transaction((tables) => tables.metrics.dropAfter(id, checkpoint?.step ?? -1))
      return checkpoint
    },
    record: (event) => recorders[event.event](event as never),
    note,
    end: ({ state, prompt }) =>
      flush(async (tables) => {
        if (prompt) await tables.prompts.put(id, prompt)
        const judged = { run: id, dataset, version }
        if (state === 'finished') for (const evaluation of evaluations) await tables.evaluations.add(judged, evaluation)
        await tables.runs.setState(id, state)
      }),
  }
}
