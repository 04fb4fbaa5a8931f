// Tables steps and validations: a run's curves.
import type { StepMetrics } from '../../../contract/compute.ts'
import type { Metrics } from '../../../contract/metrics.ts'
import type { ValidatedRow, ValidationRecord } from '../../../contract/records.ts'
import type { Db } from '../schema.ts'
import { packNumbers, unpackNumbers } from '../tensors.ts'

/** A run's measurements since its last commit. */
export interface NewMetrics {
  readonly steps: readonly StepMetrics[]
  readonly validations: readonly ValidationRecord[]
}

/** Eight values a step against SQLite's limit of 32,766 in a statement. */
const CHUNK = 1000

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value)

export const metricRepository = (db: Db) => ({ ...writing(db), ...reading(db) })

const writing = (db: Db) => ({
  /** Adds them; a step or validation that is already there is replaced. */
  async add(run: number, { steps, validations }: NewMetrics): Promise<void> {
    for (let at = 0; at < steps.length; at += CHUNK) {
      const values = steps.slice(at, at + CHUNK).map((step) => ({
        run,
        step: step.step,
        loss: orNull(step.loss),
        learning_rate: step.learningRate,
        gradient_norm: orNull(step.gradientNorm),
        token_norms: packNumbers(step.tokenNorms),
        examples: step.examples,
        milliseconds: step.milliseconds,
      }))
      await db.replaceInto('steps').values(values).execute()
    }
    if (validations.length === 0) return
    const values = validations.map(({ step, loss, headline, metrics, best, rows: answers }) => ({
      run,
      step,
      loss: orNull(loss),
      headline,
      metrics: JSON.stringify(metrics),
      best: best ? 1 : 0,
      answers: JSON.stringify(answers),
    }))
    await db.replaceInto('validations').values(values).execute()
  },

  /** Forgets what came after a step: a resumed run measures it again. */
  async dropAfter(run: number, step: number): Promise<void> {
    await db.deleteFrom('steps').where('run', '=', run).where('step', '>', step).execute()
    await db.deleteFrom('validations').where('run', '=', run).where('step', '>', step).execute()
  },
})

const reading = (db: Db) => ({
  async steps(run: number): Promise<StepMetrics[]> {
    const rows = await db.selectFrom('steps').selectAll().where('run', '=', run).orderBy('step').execute()
    return rows.map((row) => ({
      step: row.step,
      loss: row.loss ?? NaN,
      learningRate: row.learning_rate,
      gradientNorm: row.gradient_norm ?? NaN,
      tokenNorms: unpackNumbers(row.token_norms),
      examples: row.examples,
      milliseconds: row.milliseconds,
    }))
  },

  /** Without the rows that were shown. */
  async validationFigures(run: number): Promise<Omit<ValidationRecord, 'best' | 'rows'>[]> {
    const columns = ['step', 'loss', 'headline', 'metrics'] as const
    const rows = await db.selectFrom('validations').select(columns).where('run', '=', run).orderBy('step').execute()
    return rows.map(({ loss, metrics, ...rest }) => ({
      ...rest,
      loss: loss ?? NaN,
      metrics: JSON.parse(metrics) as Metrics,
    }))
  },

  async validations(run: number): Promise<ValidationRecord[]> {
    const rows = await db.selectFrom('validations').selectAll().where('run', '=', run).orderBy('step').execute()
    return rows.map(({ step, loss, headline, metrics, best, answers }) => ({
      step,
      loss: loss ?? NaN,
      headline,
      metrics: JSON.parse(metrics) as Metrics,
      best: best === 1,
      rows: JSON.parse(answers) as ValidatedRow[],
    }))
  },
})
