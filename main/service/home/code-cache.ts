// Keeps the studio's own code compiled in its folder, so that a start reads it instead of compiling it again.
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { openHome } from './home.ts'

/** Call it before the service is imported, and import that dynamically: code that is loaded already is not cached. */
export const keepCompiled = (folder: string): void => void enableCompileCache(join(openHome(folder).cache, 'code'))
