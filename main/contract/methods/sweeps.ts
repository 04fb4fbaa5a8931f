// Methods sweeps.*: several runs on the same rows that differ in some settings, in the base model or in their seed alone.
import * as v from 'valibot'
import type { MetricName } from '../metrics.ts'
import type { RunState } from '../records.ts'
import type { RunPlan } from './runs.ts'
import { column, id, nothing, run, title, whole } from './fields.ts'
import { type MethodDeclaration, settingSpecs, type SettingValue } from '../setting-specs.ts'
import { settingsSchema, valueSchema } from './settings.ts'

/** At most so many runs: a queue longer than that is a mistake. */
export const maxSwept = 96

/** Values to try of each setting that may vary. */
export type Vary = Readonly<Record<string, readonly SettingValue[]>>

const varySchema = (methods: readonly MethodDeclaration[]): v.GenericSchema<Vary> =>
  v.strictObject(
    Object.fromEntries(
      settingSpecs(methods)
        .filter(({ vary }) => vary)
        .map((spec) => [
          spec.name,
          v.exactOptional(v.pipe(v.array(valueSchema(spec)), v.minLength(1), v.maxLength(12))),
        ]),
    ),
  ) as unknown as v.GenericSchema<Vary>

const sweptWith = (methods: readonly MethodDeclaration[]) => ({
  /** Base models by name; several are compared as settings are. */
  models: v.pipe(v.array(title), v.minLength(1), v.maxLength(8)),
  dataset: id,
  version: id,
  text: column,
  label: column,
  /** What the text asks about, where the task has such a column. */
  context: v.exactOptional(column),
  test: v.exactOptional(whole(1, 1_000_000)),
  /** What all runs have in common. */
  settings: settingsSchema(methods),
  /** Values to try of some settings: every combination is a configuration. */
  vary: varySchema(methods),
  /** Each configuration is run this often, with the seeds that follow the settings' own, on the same rows. */
  seeds: whole(1, 20),
  /** Successive halving: all begin, the better half goes on at a quarter and at half of the steps. */
  halving: v.boolean(),
})

export const sweepInputs = (methods: readonly MethodDeclaration[]) => {
  const swept = sweptWith(methods)
  return {
    /** What a start would do. */
    'sweeps.plan': v.strictObject(swept),
    'sweeps.start': v.strictObject({ name: v.exactOptional(title), ...swept }),
    'sweeps.list': nothing,
    'sweeps.show': v.strictObject({ sweep: run }),
    /** Pauses it behind the current step of the run that is under way. */
    'sweeps.stop': v.strictObject({ sweep: run }),
    'sweeps.resume': v.strictObject({ sweep: run }),
    /** Ends it at once and removes it with all its runs. */
    'sweeps.discard': v.strictObject({ sweep: run }),
    /** Tells what happens until it ends or pauses; at once where it is not under way. */
    'sweeps.watch': v.strictObject({ sweep: run }),
  } as const
}

/** What may differ between a sweep's configurations: `model`, or a setting that may vary. */
export type SweptName = string

/** `paused`: by its owner, or because it could not go on (see `error`). */
export type SweepState = 'running' | 'paused' | 'finished'

export interface SweepRecord {
  readonly id: number
  readonly name: string
  readonly state: SweepState
  readonly dataset: number
  readonly version: number
  /** Why it pauses, where its owner did not ask for it. */
  readonly error: string | undefined
  readonly createdAt: string
  readonly endedAt: string | undefined
}

/** The values that were tried of one setting. */
export interface Varied {
  readonly setting: SweptName
  readonly values: readonly SettingValue[]
}

export interface SweepPlan extends Pick<RunPlan, 'rows' | 'leftOut' | 'labels'> {
  readonly vary: readonly Varied[]
  /** Configurations that differ in what counts: of those that would compute the same, one. */
  readonly configurations: readonly Readonly<Record<SweptName, SettingValue>>[]
  readonly runs: number
  /** Shares of its steps at which a run may end: [1] without halving. */
  readonly rungs: readonly number[]
  /** Configurations that begin each rung. */
  readonly survivors: readonly number[]
  /** Steps of all runs together. */
  readonly steps: number
}

export interface SweepSummary extends SweepRecord {
  readonly datasetName: string
  readonly vary: readonly Varied[]
  readonly configurations: number
  readonly seeds: number
  /** Steps that are done, and that will be. */
  readonly done: number
  readonly steps: number
}

/** A mean with its 95 % interval, as shares. */
export interface Band {
  readonly mean: number
  /** NaN where nothing tells of it: neither several rows nor several seeds. */
  readonly low: number
  readonly high: number
}

export interface SweptRun {
  /** Its name; undefined where it has not begun, or was discarded. */
  readonly run: string | undefined
  readonly seed: number
  /** 'waiting' before it begins and between two rungs; 'discarded' by its owner. */
  readonly state: RunState | 'waiting' | 'discarded'
  readonly step: number
  readonly steps: number
  /** Why it failed. */
  readonly error: string | undefined
}

export interface SweptConfiguration {
  readonly number: number
  /** Of what varies, its values. */
  readonly values: Readonly<Record<SweptName, SettingValue>>
  readonly runs: readonly SweptRun[]
  /** Rung that it reached, 0 = the first one; its runs end there unless it is the last. */
  readonly rung: number
  /** Whether it goes on, came to the end, was left behind by better ones, or could not be run. */
  readonly fate: 'goes on' | 'finished' | 'left behind' | 'failed'
  /** Headline metric on validation rows at the end of the first rung, which all configurations come to; undefined before. */
  readonly early: Band | undefined
  /** Headline metric on held-out rows; undefined where its runs did not come to their end. */
  readonly test: Band | undefined
  /** First and last place that the intervals allow among those that were judged on held-out rows, 1 = best. */
  readonly rank: readonly [number, number] | undefined
}

/** How much a setting mattered. */
export interface Factor {
  readonly setting: SweptName
  /** Mean figure of the configurations that have it, best first. */
  readonly values: readonly { readonly value: SettingValue; readonly mean: number; readonly runs: number }[]
  /** The best value's gain over the worst one's, in pairs of runs that differ in nothing else. */
  readonly difference: number
  /** 95 % interval of the mean over pairs, held together for all pairs of values; NaN with fewer than two pairs. */
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
  /** Best first: by held-out rows, then by how far they came and the early figure. */
  readonly configurations: readonly SweptConfiguration[]
  readonly factors: readonly Factor[]
  /** Metrics of `early` and `test`; undefined where nothing was measured yet. */
  readonly headlines: { readonly early: MetricName | undefined; readonly test: MetricName | undefined }
  /** What the factors were measured on: held-out rows where all configurations were judged, else early validations. */
  readonly factorsOn: 'held-out' | 'validation'
  /** What came of it so far, in one or two sentences. */
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
