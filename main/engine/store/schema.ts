// The tables as kysely sees them; migrations/ holds the same in SQL.
import type { Generated, Kysely } from 'kysely'
import type { LabellingState } from '../../contract/methods/labellings.ts'
import type { MetricName } from '../../contract/metrics.ts'
import type { SweepState } from '../../contract/methods/sweeps.ts'
import type { TaskName } from '../../contract/settings.ts'
import type { RowState, RunState, Subject, VersionRecord } from '../../contract/records.ts'

export interface Schema {
  models: {
    id: Generated<number>
    name: string
    hash: string
    weights_hash: string
    source: string
    folder: string
    family: string
    licence: string | null
    /** The prepared model as JSON bytes, passed on to compute unread. */
    prepared: Uint8Array
    /** Its DecoderConfig as JSON. */
    config: Generated<string>
    added_at: string
    /** The name of the model that a run made it from; null where it was added. */
    base: Generated<string | null>
    /** The run that made it, while that is there. */
    run: Generated<number | null>
  }
  datasets: {
    id: Generated<number>
    name: string
    source: string
    hash: string
    columns: string
    created_at: string
    roles: string | null
    /** Null while it is not in the trash. */
    trashed_at: Generated<string | null>
  }
  versions: {
    dataset: number
    number: number
    /** An 'undo' of an 'undo' is a redo. */
    kind: Exclude<VersionRecord['kind'], 'redo'>
    undoes: number | null
    complete: number
    description: Generated<string>
    /** What its owner calls it. */
    name: string | null
    /** JSON: rows by state. */
    counts: Generated<string>
    /** JSON: FoundProblems; null where its rows were not checked. */
    problems: Generated<string | null>
    created_at: string
  }
  row_revisions: {
    id: Generated<number>
    dataset: number
    row: number
    born: number
    /** The version that replaced or removed it; null while it lives. */
    died: number | null
    cells: string
    state: Generated<RowState>
  }
  tasks: {
    id: Generated<number>
    dataset: number
    kind: TaskName
    text_column: string
    label_column: string
    /** '' where there is none. */
    context_column: string
    labels: string
  }
  runs: {
    id: Generated<number>
    name: string
    state: RunState
    task: number
    model: number
    dataset: number
    version: number
    settings: string
    seed: number
    split: string
    error: string | null
    created_at: string
    ended_at: string | null
    note: Generated<string>
    tags: Generated<string>
    starred: Generated<number>
    /** JSON: Measured. */
    untuned: Generated<string | null>
    /** Null while it is not in the trash. */
    trashed_at: Generated<string | null>
  }
  sweeps: {
    id: Generated<number>
    name: string
    state: SweepState
    dataset: number
    version: number
    task: number
    /** JSON: StoredPlan. */
    plan: string
    /** JSON: SplitRows, the same for all its runs. */
    split: string
    error: string | null
    created_at: string
    ended_at: string | null
  }
  sweep_runs: {
    sweep: number
    place: number
    /** Null where its owner discarded it. */
    run: number | null
  }
  steps: {
    run: number
    step: number
    /** Null = not a number: SQLite keeps no NaN. */
    loss: number | null
    learning_rate: number
    gradient_norm: number | null
    token_norms: Uint8Array
    examples: number
    milliseconds: number
  }
  validations: {
    run: number
    step: number
    loss: number | null
    headline: MetricName
    /** JSON: Metrics. */
    metrics: string
    best: number
    answers: Generated<string>
  }
  run_measures: {
    run: number
    parameters: number
    file_bytes: number
    precompute_seconds: number
    /** Null where another process took the steps. */
    peak_bytes: number | null
    answer_milliseconds: number | null
    switch_milliseconds: number
    /** Both null where the base model reads texts by itself. */
    neutral_alone: number | null
    neutral_tuned: number | null
  }
  notes: { id: Generated<number>; run: number; step: number; code: string; message: string }
  checkpoints: {
    run: number
    /** 0 = the run's own prompt; the prompts that cross-validate it have the numbers from 1 on. */
    fold: Generated<number>
    kind: 'last' | 'best'
    step: number
    /** Validation loss; null for 'last'. */
    loss: number | null
    stale: number
    finished: number
    diverged: number
    /** Null where it is not decided. */
    precomputes: number | null
    /** JSON: CheckpointFiles; null where the vectors hold all tensors. */
    files: string | null
    vectors: Uint8Array
    sha256: string
  }
  prompts: {
    run: number
    labels: string
    settings: string
    model_hash: string
    vectors: Uint8Array
    sha256: string
    created_at: string
    /** JSON: Calibration; null where it was not calibrated. */
    calibration: Generated<string | null>
  }
  validation_answers: { run: number; row: number; label: string; log_probabilities: Uint8Array }
  starts: {
    sha256: string
    settings: string
    model_hash: string
    vectors: Uint8Array
  }
  opened_prompts: {
    id: Generated<number>
    name: string
    model: number
    labels: string
    settings: string
    model_hash: string
    /** JSON: EvaluationFigures[]. */
    figures: string
    /** 1 where its file's known answers agreed with those of the model here. */
    checked: number
    vectors: Uint8Array
    sha256: string
    created_at: string
    /** Null while it is not in the trash. */
    trashed_at: Generated<string | null>
    /** JSON: Calibration, as its file states it; null where it states none. */
    calibration: Generated<string | null>
  }
  /** Names that runs had before they were deleted or renamed, as hashes. */
  retired_names: { sha256: string }
  shelf: {
    id: Generated<number>
    name: string
    purpose: string
    /** The version that answers, and the one that is compared with it. */
    version: number
    candidate: number | null
    /** The highest number that a version was given: one that was deleted keeps its own. */
    last: number
  }
  /** Each is a run's prompt or an opened one. */
  shelf_versions: { item: number; number: number; run: number | null; prompt: number | null; put_at: string }
  /** How often a version gave a label on a day of this computer's clock; '' for what was written. */
  shelf_answers: { item: number; version: number; day: string; label: string; answers: number }
  evaluations: {
    id: Generated<number>
    run: number
    subject: Subject
    dataset: number
    version: number
    rows: number
    headline: MetricName
    /** JSON: Metrics. */
    metrics: string
    created_at: string
    /** The text of a hand-written prompt. */
    hand_written: string | null
  }
  labellings: {
    id: Generated<number>
    file: string
    /** SHA-256 of the file's bytes, of how it is read, and of the prompts. */
    hash: string
    state: LabellingState
    text_column: string
    context_column: string
    /** JSON: LabellingPrompt[]. */
    prompts: string
    /** JSON: what the file holds. */
    read: string
    error: string | null
    created_at: string
    /** Where its right answers go; null = to the data set of its prompt. */
    dataset: Generated<number | null>
  }
  labelled_rows: { labelling: number; row: number; text: string; context: string }
  labelled_answers: {
    labelling: number
    /** Its place among the labelling's prompts. */
    prompt: number
    row: number
    answer: string
    confidence: number
    cut: number
    corrected: string | null
    /** How many members of a committee give the answer by themselves; null where one prompt or a person answers. */
    agreeing: Generated<number | null>
    /** 1 where the correction is in the data set. */
    sent: Generated<number>
    /** 1 where the answer was taken as right, and nobody has looked at it. */
    unseen: Generated<number>
    /** The row of the data set that the correction became, even where another correction followed; null = none yet. */
    sent_row: Generated<number | null>
  }
  /** Answers that nobody has looked at, as they were when they came into the data set. */
  unseen_answers: { dataset: number; row: number; answer: string }
  connections: {
    id: Generated<number>
    host: string
    purpose: string
    sent: number
    received: number
    at: string
  }
  preferences: { name: string; value: string }
  evaluation_rows: {
    evaluation: number
    row: number
    label: string
    predicted: string
    log_probabilities: Uint8Array
    /** JSON: this row's own Metrics. */
    metrics: string
  }
}

/** The open database, or a transaction on it. */
export type Db = Kysely<Schema>
