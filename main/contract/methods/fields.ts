// Schemas that several methods' inputs share.
import * as v from 'valibot'
import { faultOfName, tidyName } from '../names.ts'

export const nothing = v.strictObject({})
/** A new name, as a person gives it. */
export const title = v.pipe(
  v.string(),
  v.maxLength(10_000),
  v.transform(tidyName),
  v.rawCheck(({ dataset, addIssue }) => {
    const fault = dataset.typed ? faultOfName(dataset.value) : undefined
    if (fault !== undefined) addIssue({ message: fault })
  }),
)
/** A name that something has already, perhaps by an older rule. */
export const reference = v.pipe(v.string(), v.minLength(1), v.maxLength(10_000))

/** What a path is named for: a file or folder to read, a folder to write into, or a file to write. */
export const pathUses = ['read', 'folder', 'save'] as const
export type PathUse = (typeof pathUses)[number]
/** A path on this computer, from the command line. A window gives a grant of its host in its place (grants.ts). */
export const path = <const Use extends PathUse>(use: Use) =>
  v.pipe(v.string(), v.minLength(1), v.maxLength(4096), v.metadata({ path: use }))

export const column = v.pipe(v.string(), v.maxLength(1000))
export const text = v.pipe(v.string(), v.maxLength(1_000_000))
export const whole = (low: number, high: number) => v.pipe(v.number(), v.integer(), v.minValue(low), v.maxValue(high))
export const between = (low: number, high: number) => v.pipe(v.number(), v.minValue(low), v.maxValue(high))
/** A list whose length is looked at before its items, so that a long one costs nothing. */
export const list = <Item extends v.GenericSchema>(item: Item, max: number, min = 0) =>
  v.pipe(
    v.custom<unknown[]>((value) => Array.isArray(value), 'this must be a list'),
    v.check((items) => items.length >= min && items.length <= max, `a list here has ${min} to ${max} items`),
    v.array(item),
  )
export const id = whole(1, Number.MAX_SAFE_INTEGER)
/** A run's name or number. */
export const run = v.pipe(v.string(), v.minLength(1), v.maxLength(10_000))
