// Methods sweeps.*: several runs on the same rows that differ in settings, base model or random seed.
import * as v from 'valibot'
import type { MetricName } from '../metrics.ts'
import type { RunState } from '../records.ts'
import type { RunPlan } from './runs.ts'
import { column, id, list, nothing, reference, run, title, whole } from './fields.ts'
import { type MethodDeclaration, settingSpecs, type SettingValue } from '../setting-specs.ts'
import { settingsSchema, valueSchema } from './settings.ts'

/** Most runs of a sweep: a longer queue is probably a mistake. */
export const maxSwept = 96

/** Values to try, by setting. */
export type Vary = Readonly<Record<string, readonly SettingValue[]>>

const varySchema = (methods: readonly MethodDeclaration[]): v.GenericSchema<Vary> =>
  v.strictObject(
    Object.fromEntries(
      settingSpecs(methods)
        .filter(({ vary }) => vary)
        .map((spec) => [spec.name, v.exactOptional(list(valueSchema(spec), 12, 1))]),
    ),
  ) as unknown as v.GenericSchema<Vary>

const sweptWith = (methods: readonly MethodDeclaration[]) => ({
  /** Base models by name; several are compared as settings are. */
  models: list(reference, 8, 1),
  dataset: id,
  version: id,
  text: column,
  label: column,
  /** The column of contexts, where the task has one. */
  context: v.exactOptional(column),
  test: v.exactOptional(whole(1, 1_000_000)),
  /** A tuned prompt from which all runs start: they have its base model, its method and its shapes. */
  from: v.exactOptional(run),
  /** Settings of all runs. */
  settings: settingsSchema(methods),
  /** Values to try: every combination is a configuration. */
  vary: varySchema(methods),
  /** Runs of each configuration, with consecutive random seeds from the settings' own on, on the same rows. */
  seeds: whole(1, 20),
  /** Successive halving (Jamieson and Talwalkar 2016): only the better half continues at a quarter and at half of the steps. */
  halving: v.boolean(),
})

export const sweepInputs = (methods: readonly MethodDeclaration[]) => {
  const swept = sweptWith(methods)
  return {
    /** The configurations and runs of a sweep before it starts. */
    'sweeps.plan': v.strictObject(swept),
    'sweeps.start': v.strictObject({ name: v.exactOptional(title), ...swept }),
    'sweeps.list': nothing,
    'sweeps.show': v.strictObject({ sweep: run }),
    /** Pauses the sweep after the current step of its running run. */
    'sweeps.stop': v.strictObject({ sweep: run }),
    'sweeps.resume': v.strictObject({ sweep: run }),
    /** Ends the sweep at once and removes it with all its runs. */
    'sweeps.discard': v.strictObject({ sweep: run }),
    /** Emits events until the sweep ends or pauses; returns at once where it is not running. */
    'sweeps.watch': v.strictObject({ sweep: run }),
  } as const
}

/** A dimension of a sweep: `model`, or the name of a setting. */
export type SweptName = string

/** `paused`: by the user, or because the sweep could not continue (see `error`). */
export type SweepState = 'running' | 'paused' | 'finished'

export interface SweepRecord {
  readonly id: number
  readonly name: string
  readonly state: SweepState
  readonly dataset: number
  readonly version: number
  /** Why the sweep paused, where the user did not pause it. */
  readonly error: string | undefined
  readonly createdAt: string
  readonly endedAt: string | undefined
}

/** The values to try of one setting. */
export interface Varied {
  readonly setting: SweptName
  readonly values: readonly SettingValue[]
}

export interface SweepPlan extends Pick<RunPlan, 'rows' | 'leftOut' | 'unused' | 'labels'> {
  readonly vary: readonly Varied[]
  /** The distinct configurations: of several that would compute the same, one. */
  readonly configurations: readonly Readonly<Record<SweptName, SettingValue>>[]
  readonly runs: number
  /** The rungs of successive halving, as shares of the steps at which runs may end: [1] without halving. */
  readonly rungs: readonly number[]
  /** Number of configurations at the beginning of each rung. */
  readonly survivors: readonly number[]
  /** Steps of all runs together. */
  readonly steps: number
}

export interface SweepSummary extends SweepRecord {
  readonly datasetName: string
  readonly vary: readonly Varied[]
  readonly configurations: number
  readonly seeds: number
  /** Steps that are done, and steps in all. */
  readonly done: number
  readonly steps: number
}

/** A mean with its 95 % interval, as shares. */
export interface Band {
  readonly mean: number
  /** Bounds of the interval; NaN where it cannot be estimated, for lack of several rows or seeds. */
  readonly low: number
  readonly high: number
}

export interface SweptRun {
  /** The run's name; undefined before it begins, or where it was discarded. */
  readonly run: string | undefined
  readonly seed: number
  /** 'waiting' before it begins and between two rungs; 'discarded' by the user. */
  readonly state: RunState | 'waiting' | 'discarded'
  readonly step: number
  readonly steps: number
  /** Why the run failed. */
  readonly error: string | undefined
}

export interface SweptConfiguration {
  readonly number: number
  /** Values of the settings that vary. */
  readonly values: Readonly<Record<SweptName, SettingValue>>
  readonly runs: readonly SweptRun[]
  /** Rung that the configuration reached, 0 = the first one; its runs end there unless it is the last. */
  readonly rung: number
  /** Whether the configuration continues, has finished, was eliminated by better ones, or failed. */
  readonly fate: 'goes on' | 'finished' | 'left behind' | 'failed'
  /** Headline metric on the validation set at the end of the first rung, which all configurations reach; undefined before. */
  readonly early: Band | undefined
  /** Headline metric on the test set; undefined where its runs did not finish. */
  readonly test: Band | undefined
  /** Best and worst rank that the intervals allow among the configurations evaluated on the test set, 1 = best. */
  readonly rank: readonly [number, number] | undefined
}

/** How much a setting mattered. */
export interface Factor {
  readonly setting: SweptName
  /** For each value the mean figure of its configurations, best first. */
  readonly values: readonly { readonly value: SettingValue; readonly mean: number; readonly runs: number }[]
  /** Mean difference between the best and the worst value, over pairs of runs that differ in nothing else. */
  readonly difference: number
  /** 95 % interval of the difference, simultaneous for all pairs of values; NaN with fewer than two pairs of runs. */
  readonly low: number
  readonly high: number
  readonly pairs: number
  readonly matters: 'yes' | 'cannot tell'
  /** The finding in one sentence. */
  readonly sentence: string
}

export interface SweepDetails {
  readonly sweep: SweepRecord
  readonly summary: SweepSummary
  readonly rows: RunPlan['rows']
  readonly rungs: readonly number[]
  /** Best first: by the test set, then by the rung that they reached and the early figure. */
  readonly configurations: readonly SweptConfiguration[]
  readonly factors: readonly Factor[]
  /** Metrics of `early` and `test`; undefined where nothing was measured yet. */
  readonly headlines: { readonly early: MetricName | undefined; readonly test: MetricName | undefined }
  /** What the factors were measured on: the test set where all configurations were evaluated on it, else early validations. */
  readonly factorsOn: 'test' | 'validation'
  /** The result so far, in one or two sentences. */
  readonly sentence: string
}

export interface SweepOutputs {
  readonly 'sweeps.plan': SweepPlan
  readonly 'sweeps.start': SweepRecord
  readonly 'sweeps.list': readonly SweepSummary[]
  readonly 'sweeps.show': SweepDetails
  readonly 'sweeps.stop': SweepRecord
  readonly 'sweeps.resume': SweepRecord
  readonly 'sweeps.discard': null
  readonly 'sweeps.watch': SweepRecord
}
