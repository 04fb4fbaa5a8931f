// Every migration by its number, oldest first; a released one is never edited.
import type { Migration } from 'kysely/migration'
import { first } from './0001-first.ts'
import { studio } from './0004-studio.ts'

export const migrations: Readonly<Record<string, Migration>> = { '0001-first': first, '0004-studio': studio }
