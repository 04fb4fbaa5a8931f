// The thread that reads YAML: as texts, lists and mappings, and without what lets a short text stand for a huge one.
import { parentPort } from 'node:worker_threads'
import { parse } from 'yaml'
import type { ReadYaml, Yaml } from './read.ts'

const options = {
  schema: 'failsafe',
  resolveKnownTags: false,
  stringKeys: true,
  // Comparing each key with all others takes minutes where there are many.
  uniqueKeys: false,
  // A few aliases of aliases can stand for more than fits into memory; programs that write these texts use none.
  maxAliasCount: 0,
  prettyErrors: false,
  logLevel: 'error',
} as const

function read(text: string): ReadYaml {
  try {
    return { value: parse(text, options) as Yaml }
  } catch {
    // Which line is at fault helps nobody: the text came along with a table.
    return {}
  }
}

parentPort?.on('message', (text: string) => {
  parentPort?.postMessage(read(text))
})
