// What the README of a data set from the Hugging Face Hub says of its columns, in the metadata that it begins with.
import * as v from 'valibot'
import type { Feature } from './formats/parquet/features.ts'
import { readYaml } from './yaml/read.ts'

/** Characters of the description at most. */
const maxLength = 1 << 20

/** Names by their numbers. Source: datasets, features.py, `_to_yaml_list`. */
const classLabel = v.object({
  class_label: v.object({ names: v.union([v.array(v.string()), v.record(v.string(), v.string())]) }),
})
const described = v.object({
  config_name: v.optional(v.string(), 'default'),
  features: v.array(v.object({ name: v.string(), dtype: v.optional(v.unknown()) })),
})
const metadata = v.object({ dataset_info: v.unknown() })

/** The columns of one configuration of a data set. */
export interface DescribedColumns {
  readonly config: string
  readonly features: Readonly<Record<string, Feature>>
}

/** None where the text says nothing of columns. Errors: those of `readYaml`. */
export async function describedIn(readme: string): Promise<readonly DescribedColumns[]> {
  const block = blockOf(readme)
  if (block === '' || block.length > maxLength) return []
  const read = v.safeParse(metadata, await readYaml(block))
  if (!read.success) return []
  const { dataset_info: infos } = read.output
  return (Array.isArray(infos) ? infos : [infos]).flatMap((each: unknown) => {
    const info = v.safeParse(described, each)
    if (!info.success) return []
    const { config_name: config, features } = info.output
    return [{ config, features: Object.fromEntries(features.map(({ name, dtype }) => [name, featureOf(dtype)])) }]
  })
}

/** The lines of `dataset_info`: others may be written in ways that need not be read. */
function blockOf(readme: string): string {
  const lines = readme.trimStart().split(/\r\n|\n|\r/)
  if (lines[0]?.trimEnd() !== '---') return ''
  const end = lines.findIndex((line, i) => i > 0 && line.trimEnd() === '---')
  const from = lines.findIndex((line) => /^dataset_info:(?:\s|$)/.test(line))
  if (end < 0 || from < 0 || from > end) return ''
  const next = lines.findIndex((line, i) => i > from && /^[^\s#-]/.test(line))
  return lines.slice(from, next < 0 ? end : Math.min(next, end)).join('\n')
}

function featureOf(dtype: unknown): Feature {
  const label = v.safeParse(classLabel, dtype)
  if (!label.success) return {}
  const { names } = label.output.class_label
  if (Array.isArray(names)) return { names }
  const listed = Object.keys(names).map((_, i) => names[String(i)])
  return listed.every((name) => name !== undefined) ? { names: listed } : {}
}
