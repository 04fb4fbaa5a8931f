// What a prompt is taken away for, and the formats that serve it.
import type { ExportFormat } from '../../../../main/contract/service.ts'

export const purposes = {
  colleague: ['bundle'],
  program: ['peft', 'gguf'],
  /** No file of the prompt: the studio labels the table itself. */
  spreadsheet: [],
} as const satisfies Record<string, readonly ExportFormat[]>

export type Purpose = keyof typeof purposes

export const purposeNames = Object.keys(purposes) as Purpose[]
