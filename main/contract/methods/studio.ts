// Methods studio.*: preferences, this computer, the network ledger, backup, and change notifications.
import * as v from 'valibot'
import type { MethodDeclaration } from '../setting-specs.ts'
import { nothing, path, run } from './fields.ts'

/** The user's choices for the whole studio. */
const preferences = v.strictObject({
  theme: v.exactOptional(v.picklist(['system', 'light', 'dark'])),
  /** False: no network connection at all, not even on request. */
  network: v.exactOptional(v.boolean()),
  /** The run that other runs are compared with; null = none. */
  baseline: v.exactOptional(v.nullable(run)),
  /** True when the introduction has been completed or dismissed. */
  welcomed: v.exactOptional(v.boolean()),
})

export const studioInputs = {
  'studio.preferences': nothing,
  'studio.prefer': preferences,
  'studio.computer': nothing,
  /** All tuning methods, with the settings that they declare. */
  'studio.methods': nothing,
  'studio.ledger': nothing,
  /** Writes everything into one file. Error: 'studio/backup-exists'. */
  'studio.backup': v.strictObject({ path: v.exactOptional(path('save')) }),
  /** Restores a backup at the next start; the present data is kept beside it. */
  'studio.restore': v.strictObject({ path: path('read') }),
  /** Whether the database is damaged, and which backups lie in the studio's folder. Answered also where nothing else is. */
  'studio.condition': nothing,
  /**
   * Replaces a damaged database, which is kept beside it, by a backup of the studio's folder, by its name, or by an
   * empty one. Error: 'studio/not-damaged'.
   */
  'studio.recover': v.strictObject({
    backup: v.exactOptional(v.pipe(v.string(), v.maxLength(255), v.regex(/^[^/\\]+$/))),
  }),
  /** Facts for a bug report, without rows, prompts, names or paths. */
  'studio.diagnostics': nothing,
  /** Emits every change until the call is cancelled. */
  'studio.watch': nothing,
} as const

export interface Preferences {
  readonly theme: 'system' | 'light' | 'dark'
  readonly network: boolean
  readonly baseline: string | null
  readonly welcomed: boolean
}

/** The result of a provider's self-check. */
export interface ProviderCheck {
  readonly name: string
  readonly state: 'in use' | 'refused' | 'absent' | 'untried'
  readonly note: string
}

export interface Computer {
  readonly system: string
  readonly processor: string
  readonly cores: number
  /** Bytes. */
  readonly memory: number
  readonly free: number
  /** Free bytes on the disk of the studio's folder. */
  readonly disk: number
  readonly folder: string
  /** Bytes of the studio's folder, by contents. */
  readonly used: { readonly database: number; readonly models: number; readonly cache: number }
  readonly providers: readonly ProviderCheck[]
  readonly version: string
}

/** One connection to another computer. */
export interface ConnectionRecord {
  readonly id: number
  readonly host: string
  /** The purpose, in a few words. */
  readonly purpose: string
  readonly sent: number
  readonly received: number
  readonly at: string
}

export interface Ledger {
  readonly connections: readonly ConnectionRecord[]
  readonly sent: number
  readonly received: number
}

/** A backup in the studio's folder. */
export interface BackupFile {
  readonly name: string
  readonly path: string
  readonly bytes: number
  readonly at: string
}

export interface Condition {
  /** What is wrong with the database, in a sentence; null = nothing is known to be. */
  readonly damage: string | null
  readonly folder: string
  readonly backups: readonly BackupFile[]
}

export interface StudioOutputs {
  readonly 'studio.condition': Condition
  readonly 'studio.recover': null
  readonly 'studio.preferences': Preferences
  readonly 'studio.prefer': Preferences
  readonly 'studio.computer': Computer
  readonly 'studio.methods': readonly MethodDeclaration[]
  readonly 'studio.ledger': Ledger
  readonly 'studio.backup': { readonly path: string; readonly bytes: number }
  readonly 'studio.restore': { readonly restart: true }
  readonly 'studio.diagnostics': { readonly text: string }
  readonly 'studio.watch': null
}
