// Migration 10: what is kept as JSON takes the field's terms: test rows, hand-written prompts, quantised weights, method names.
import { type Kysely, sql } from 'kysely'

type Json = Record<string, unknown>

/** JSON columns by table and key, and how each value is renamed. */
const columns: readonly { readonly table: string; readonly column: string; readonly rename: (value: Json) => Json }[] =
  [
    { table: 'runs', column: 'split', rename: renameSplit },
    { table: 'sweeps', column: 'split', rename: renameSplit },
    { table: 'runs', column: 'settings', rename: renameSettings },
    { table: 'prompts', column: 'settings', rename: renameSettings },
    { table: 'opened_prompts', column: 'settings', rename: renameSettings },
    { table: 'sweeps', column: 'plan', rename: renamePlan },
  ]

export const terms = {
  /** In a transaction of its own: kysely gives SQLite's migrations none, and a crash must not find half of it done. */
  up: (db: Kysely<unknown>): Promise<void> =>
    db.transaction().execute(async (transaction) => {
      for (const { table, column, rename } of columns)
        await rewrite(transaction, table, column, (value) => rename(value as Json))
      await rewrite(transaction, 'opened_prompts', 'figures', (value) => (value as Json[]).map(renameFigures))
      await rewriteModels(transaction)
    }),
}

async function rewrite(db: Kysely<unknown>, table: string, column: string, rename: (value: unknown) => unknown) {
  const [from, name] = [sql.table(table), sql.ref(column)]
  const { rows } = await sql<{ at: number; json: string }>`SELECT rowid AS at, ${name} AS json FROM ${from}`.execute(db)
  for (const { at, json } of rows) {
    const renamed = JSON.stringify(rename(JSON.parse(json)))
    if (renamed !== json) await sql`UPDATE ${from} SET ${name} = ${renamed} WHERE rowid = ${at}`.execute(db)
  }
}

/** A prepared model's description is bytes: JSON of some megabytes, since its tokenizer is in it. */
async function rewriteModels(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ id: number; prepared: Uint8Array }>`SELECT id, prepared FROM models`.execute(db)
  for (const { id, prepared } of rows) {
    const { compact, ...model } = JSON.parse(Buffer.from(prepared).toString('utf8')) as {
      compact?: Record<string, Json>
    }
    if (compact === undefined) continue
    const quantised = Object.fromEntries(
      Object.entries(compact).map(([name, { form, ...weight }]) => [name, { scheme: form, ...weight }]),
    )
    const bytes = Buffer.from(JSON.stringify({ ...model, quantised }), 'utf8')
    await sql`UPDATE models SET prepared = ${bytes} WHERE id = ${id}`.execute(db)
  }
}

function renameSplit({ heldOut, ...split }: Json): Json {
  return heldOut === undefined ? split : { ...split, test: heldOut }
}

const methods: Readonly<Record<string, string>> = { prompt: 'prompt-tuning', prefix: 'prefix-tuning' }

const renameMethod = (method: unknown): unknown => methods[String(method)] ?? method

function renameSettings({ written, ...settings }: Json): Json {
  return {
    ...settings,
    ...(settings['method'] === undefined ? {} : { method: renameMethod(settings['method']) }),
    ...(written === undefined ? {} : { handWritten: written }),
  }
}

/** A sweep's plan holds the methods that it tries, and of each run its own values and whole settings. */
function renamePlan(plan: Json): Json {
  const vary = (plan['vary'] as Json[]).map((each) =>
    each['setting'] === 'method' ? { ...each, values: (each['values'] as unknown[]).map(renameMethod) } : each,
  )
  const runs = (plan['runs'] as Json[]).map((run) => ({
    ...run,
    values: renameSettings(run['values'] as Json),
    settings: renameSettings(run['settings'] as Json),
  }))
  return { ...plan, vary, runs }
}

const renameFigures = (figures: Json): Json =>
  figures['subject'] === 'written prompt' ? { ...renameWords(figures), subject: 'hand-written prompt' } : figures

const renameWords = ({ written, ...figures }: Json): Json =>
  written === undefined ? figures : { ...figures, handWritten: written }
