// Kinds of files that a person may choose, by their endings; what a file is, its content says.

export const tableEndings = ['csv', 'tsv', 'tab', 'txt', 'xlsx', 'xlsm', 'parquet', 'json', 'jsonl', 'ndjson'] as const

export const modelEndings = ['gguf'] as const

export const promptEndings = ['softprompt'] as const
