// The tiny models of test/fixtures/tiny, one of each family, and what PyTorch and PEFT computed with them.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PreparedModel } from '../../main/contract/model.ts'
import type { LossName, MethodName, Placement } from '../../main/contract/settings.ts'
import { prepareModel } from '../../main/engine/model/prepare.ts'

export const families = ['llama', 'qwen2', 'qwen3', 'gemma3'] as const
export type Family = (typeof families)[number]

export const tinyFolder = (family: Family): string =>
  fileURLToPath(new URL(`../fixtures/tiny/${family}/`, import.meta.url))

const opened = new Map<Family, Promise<PreparedModel>>()

/** The model, mapped where it lies: float32 needs no preparing. */
export function tinyModel(family: Family): Promise<PreparedModel> {
  const model = opened.get(family) ?? open(family)
  opened.set(family, model)
  return model
}

async function open(family: Family): Promise<PreparedModel> {
  // A cache of its own: test files run at once, and would write the same notes.
  const cache = mkdtempSync(join(tmpdir(), 'softprompt-tiny-'))
  try {
    return await prepareModel(tinyFolder(family), cache, { name: family })
  } finally {
    rmSync(cache, { recursive: true, force: true, maxRetries: 5 })
  }
}

export interface ReferenceCase {
  readonly method: MethodName
  readonly placement: Placement
  readonly loss: LossName
  /** The loss. */
  readonly value: number
  /** Values and their gradient, by tensor: `prompt`, or `keys.<layer>` and `values.<layer>`. */
  readonly start: Readonly<Record<string, readonly number[]>>
  readonly gradient: Readonly<Record<string, readonly number[]>>
}

export interface Reference {
  /** Virtual tokens. */
  readonly tokens: number
  readonly end: number
  readonly questions: readonly (readonly number[])[]
  readonly answers: readonly (readonly number[])[]
  /** Index of each question's answer. */
  readonly picks: readonly number[]
  readonly cases: readonly ReferenceCase[]
  readonly curve: {
    readonly steps: number
    readonly rate: number
    /** Tokens of text in each row; the rest are label tokens. */
    readonly text: number
    readonly batches: readonly (readonly (readonly number[])[])[]
    readonly losses: Readonly<Record<MethodName, readonly number[]>>
  }
}

export const reference = (family: Family): Reference =>
  JSON.parse(readFileSync(join(tinyFolder(family), 'reference.json'), 'utf8')) as Reference
