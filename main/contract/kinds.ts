// File name extensions to offer in file dialogs; the format itself is detected from a file's content.

export const tableEndings = ['csv', 'tsv', 'tab', 'txt', 'xlsx', 'xlsm', 'parquet', 'json', 'jsonl', 'ndjson'] as const

export const modelEndings = ['gguf'] as const

export const promptEndings = ['softprompt'] as const
