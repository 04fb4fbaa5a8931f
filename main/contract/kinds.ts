// File name extensions to offer in file dialogs; the format itself is detected from a file's content.

export const tableEndings = ['csv', 'tsv', 'tab', 'txt', 'xlsx', 'xlsm', 'parquet', 'json', 'jsonl', 'ndjson'] as const

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
