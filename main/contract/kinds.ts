// File name extensions to offer in file dialogs; the format itself is detected from a file's content.

export const tableEndings = ['csv', 'tsv', 'tab', 'txt', 'xlsx', 'xlsm', 'parquet', 'json', 'jsonl', 'ndjson'] as const

/** Files beside a table that may name the labels which it stores as numbers. */
export const labelFiles = ['dataset_info.json', 'dataset_infos.json', 'README.md'] as const

const endsWith = (name: string, endings: readonly string[]): boolean =>
  endings.some((ending) => name.toLowerCase().endsWith(`.${ending}`))

/** Endings of the weights of models and adapters, whose folders hold JSON and texts too. */
const weightEndings = ['gguf', 'safetensors', 'bin', 'onnx']

/**
 * The tables among the files of a folder; texts and JSON only where there is nothing else, as they may be anything, and
 * not beside weights, which they describe.
 */
export function tablesAmong(names: readonly string[]): readonly string[] {
  const tables = names.filter((name) => endsWith(name, tableEndings) && !labelFiles.some((file) => file === name))
  const sure = tables.filter((name) => !endsWith(name, ['txt', 'json']))
  return sure.length > 0 || names.some((name) => endsWith(name, weightEndings)) ? sure : tables
}

/** Formats that a table is written in. */
export const writtenFormats = ['csv', 'xlsx', 'jsonl', 'chat'] as const
export type WrittenFormat = (typeof writtenFormats)[number]

/** Endings of their files. */
export const writtenEndings = {
  csv: 'csv',
  xlsx: 'xlsx',
  jsonl: 'jsonl',
  chat: 'jsonl',
} as const satisfies Record<WrittenFormat, string>

export const modelEndings = ['gguf'] as const

/** A zip is a folder of PEFT. */
export const promptEndings = ['softprompt', 'zip'] as const

/** The files of PEFT's folders that are read; the last is the studio's own. */
export const peftFiles = ['adapter_config.json', 'adapter_model.safetensors', 'softprompt.json'] as const
