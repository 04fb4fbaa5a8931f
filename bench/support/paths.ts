// Where a bench finds and keeps things.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** Prepared models and the like: large, made again when missing, never committed. */
export const cache = join(root, 'node_modules/.cache/softprompt-bench')

export const results = join(root, 'bench/results')

/** Folder of the TREC files: SOFTPROMPT_BENCH_DATA, else beside the repository. */
export const data = process.env['SOFTPROMPT_BENCH_DATA'] ?? join(root, '../shared/data')
