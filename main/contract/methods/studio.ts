// Methods studio.*: settings, this computer, the network ledger, backup, and word of what has changed.
import * as v from 'valibot'
import type { MethodDeclaration } from '../setting-specs.ts'
import { nothing, path, run } from './fields.ts'

/** What a person has chosen for the whole studio. */
const preferences = v.strictObject({
  theme: v.exactOptional(v.picklist(['system', 'light', 'dark'])),
  /** False: no connection at all, not even one that is asked for. */
  network: v.exactOptional(v.boolean()),
  /** The run that others are measured against; null = none. */
  baseline: v.exactOptional(v.nullable(run)),
  /** True when the first steps have been taken or waved away. */
  welcomed: v.exactOptional(v.boolean()),
})

export const studioInputs = {
  'studio.preferences': nothing,
  'studio.prefer': preferences,
  'studio.computer': nothing,
  /** The tuning methods that there are, with the settings that they declare. */
  'studio.methods': nothing,
  'studio.ledger': nothing,
  /** Everything in one file. Errors where the path exists. */
  'studio.backup': v.strictObject({ path: v.exactOptional(path) }),
  /** Takes effect at the next start; what is there now is kept beside it. */
  'studio.restore': v.strictObject({ path }),
  /** What a helper would want to know, without rows, prompts, names or paths. */
  'studio.diagnostics': nothing,
  /** Tells of every change until it is cancelled. */
  'studio.watch': nothing,
} as const

export interface Preferences {
  readonly theme: 'system' | 'light' | 'dark'
  readonly network: boolean
  readonly baseline: string | null
  readonly welcomed: boolean
}

/** What the self-check of a provider said. */
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
  /** Free bytes where the studio's folder lies. */
  readonly disk: number
  readonly folder: string
  /** Bytes that the studio's folder takes: database, models, cache. */
  readonly used: { readonly database: number; readonly models: number; readonly cache: number }
  readonly providers: readonly ProviderCheck[]
  readonly version: string
}

/** One connection to another computer. */
export interface ConnectionRecord {
  readonly id: number
  readonly host: string
  /** What asked for it, in words. */
  readonly purpose: string
  readonly sent: number
  readonly received: number
  readonly at: string
}

export interface Ledger {
  readonly connections: readonly ConnectionRecord[]
  readonly sent: number
  readonly received: number
  /** Bytes of the person's own data, prompts and texts among what was sent: always 0, by construction. */
  readonly own: 0
}

export interface StudioOutputs {
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
