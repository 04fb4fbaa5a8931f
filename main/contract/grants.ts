// The contract as a window sees it: wherever a method takes a path, a window gives a grant of its host.
import * as v from 'valibot'
import type { path, PathUse } from './methods/fields.ts'
import type { Grant, HostInput, HostMethod, HostOutputs } from './methods/host.ts'
import { type CallOptions, type Input, type Inputs, inputsFor, type Method, type Outputs } from './service.ts'

type AnyPath = ReturnType<typeof path<PathUse>>
type PathField = AnyPath | v.ExactOptionalSchema<AnyPath, undefined>

/** Names of a method's fields that are paths. */
export type PathFields<M extends Method> = Inputs[M] extends { readonly entries: infer Entries }
  ? { [Name in keyof Entries]: Entries[Name] extends PathField ? Name : never }[keyof Entries]
  : never

/** A method's input, with grants for paths. */
export type WindowInput<M extends Method> = {
  [Name in keyof Input<M>]: Name extends PathFields<M> ? Grant : Input<M>[Name]
}

/** The studio as a window calls it: the service's methods, and its host's own. */
export interface WindowStudio {
  call<M extends Method>(method: M, input: WindowInput<M>, options?: CallOptions): Promise<Outputs[M]>
  call<M extends HostMethod>(method: M, input: HostInput<M>, options?: CallOptions): Promise<HostOutputs[M]>
}

/** For every method of the service, its fields that are paths and what for: read off its schema, so that none is forgotten. */
export const pathFields: Readonly<Record<string, readonly (readonly [field: string, use: PathUse])[]>> =
  Object.fromEntries(
    Object.entries(inputsFor([])).map(([method, schema]) => [
      method,
      Object.entries((schema as { readonly entries?: Record<string, v.GenericSchema> }).entries ?? {}).flatMap(
        ([field, entry]) => {
          const use = useOf(entry)
          return use === undefined ? [] : [[field, use] as const]
        },
      ),
    ]),
  )

/** What for, where the schema is that of a path. */
export function useOf(schema: v.GenericSchema): PathUse | undefined {
  const { wrapped } = schema as { readonly wrapped?: v.GenericSchema }
  return wrapped ? useOf(wrapped) : (v.getMetadata(schema)['path'] as PathUse | undefined)
}
