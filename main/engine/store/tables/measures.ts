// Table run_measures: what tuning a run's prompt took, and what using it takes.
import type { MeasuredPrompt, RunMeasures } from '../../../contract/measures.ts'
import type { Db } from '../schema.ts'

export const measureRepository = (db: Db) => ({
  /** Keeps the run's measures, in place of earlier ones. */
  async put(run: number, measured: MeasuredPrompt): Promise<void> {
    await db
      .replaceInto('run_measures')
      .values({
        run,
        parameters: measured.parameters,
        file_bytes: measured.fileBytes,
        precompute_seconds: measured.precomputeSeconds,
        peak_bytes: measured.peakBytes ?? null,
        answer_milliseconds: measured.answerMilliseconds ?? null,
        switch_milliseconds: measured.switchMilliseconds,
        neutral_alone: measured.neutral?.alone ?? null,
        neutral_tuned: measured.neutral?.tuned ?? null,
      })
      .execute()
  },

  /** With the time of the run's steps; undefined where it was not measured. */
  async byRun(run: number): Promise<RunMeasures | undefined> {
    const row = await db
      .selectFrom('run_measures')
      .selectAll()
      .select(({ selectFrom }) =>
        selectFrom('steps')
          .select(({ fn }) => fn.sum<number>('milliseconds').as('sum'))
          .where('steps.run', '=', run)
          .as('stepping'),
      )
      .where('run', '=', run)
      .executeTakeFirst()
    if (!row) return undefined
    const { neutral_alone: alone, neutral_tuned: tuned } = row
    return {
      parameters: row.parameters,
      fileBytes: row.file_bytes,
      seconds: row.precompute_seconds + (row.stepping ?? 0) / 1000,
      peakBytes: row.peak_bytes ?? undefined,
      answerMilliseconds: row.answer_milliseconds ?? undefined,
      switchMilliseconds: row.switch_milliseconds,
      neutral: alone === null || tuned === null ? undefined : { alone, tuned },
    }
  },
})
