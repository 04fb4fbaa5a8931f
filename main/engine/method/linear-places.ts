// The linear maps that a method updates, and the names of its tensors for each.
import type { DecoderConfig } from '../../contract/model.ts'
import { type LinearName, linearNames } from '../../contract/parts.ts'
import type { NamedTensors, Tensor } from '../../contract/tensor.ts'
import { linearWidths } from '../network/linear-update.ts'

/** One linear map of one layer. */
export interface LinearPlace {
  readonly layer: number
  readonly linear: LinearName
}

/** Every linear map of the model with one of these names, with its widths: x [.., in] -> [.., out]. */
export const linearPlaces = (config: DecoderConfig, names: readonly LinearName[]) =>
  Array.from({ length: config.layers }, (_, layer) => layer).flatMap((layer) =>
    names.map((linear) => ({ layer, linear, ...linearWidths(config, linear) })),
  )

/** A tensor of a linear map's update: `3.q_proj.lora_A`. */
export const tensorName = ({ layer, linear }: LinearPlace, what: string): string => `${String(layer)}.${linear}.${what}`

/** The linear maps for which there is a tensor of this kind, in their order, with the tensor. */
export function placesWith(tensors: NamedTensors, what: string): (LinearPlace & { readonly tensor: Tensor })[] {
  const places = Object.entries(tensors).flatMap(([name, tensor]) => {
    const [layer = '', found = '', kind] = name.split('.')
    const linear = linearNames.find((each) => each === found)
    return linear && kind === what ? [{ layer: Number(layer), linear, tensor }] : []
  })
  return places.sort((a, b) => a.layer - b.layer || linearNames.indexOf(a.linear) - linearNames.indexOf(b.linear))
}
