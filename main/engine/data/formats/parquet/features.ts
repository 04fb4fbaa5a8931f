// What the Hugging Face library writes beside a Parquet schema: the names of labels that are stored as numbers.
import type { FileMetaData } from 'hyparquet'
import * as v from 'valibot'

/** A column's feature: the names of its numbers, those of a list's elements, or of a struct's fields. */
export interface Feature {
  readonly names?: readonly string[]
  readonly element?: Feature
  readonly fields?: Readonly<Record<string, Feature>>
}

const stored = v.object({ info: v.object({ features: v.record(v.string(), v.unknown()) }) })
const classLabel = v.object({ _type: v.literal('ClassLabel'), names: v.array(v.string()) })
const maxDepth = 32

/** The features by their columns; none where the file has none that can be read. Source: datasets, features.py. */
export function featuresOf({ key_value_metadata: pairs }: FileMetaData): Readonly<Record<string, Feature>> {
  const text = pairs?.find(({ key }) => key === 'huggingface')?.value
  if (text === undefined) return {}
  try {
    const { info } = v.parse(stored, JSON.parse(text))
    return fieldsOf(info.features, 0)
  } catch {
    return {}
  }
}

/** The features by their names, from what the library writes of them. */
export const fieldsOf = (features: Readonly<Record<string, unknown>>, depth: number): Record<string, Feature> =>
  Object.fromEntries(Object.entries(features).map(([name, feature]) => [name, featureOf(feature, depth)]))

/** Lists are written as `[feature]`, or as an object of the type Sequence, List or LargeList; structs as plain objects. */
function featureOf(feature: unknown, depth: number): Feature {
  if (typeof feature !== 'object' || feature === null || depth > maxDepth) return {}
  if (v.is(classLabel, feature)) return { names: feature.names }
  if (Array.isArray(feature)) return { element: featureOf(feature[0], depth + 1) }
  if (!('_type' in feature)) return { fields: fieldsOf({ ...feature }, depth + 1) }
  return 'feature' in feature ? { element: featureOf(feature.feature, depth + 1) } : {}
}
