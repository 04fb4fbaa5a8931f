// AdamW whose moments are bytes, block by block (Dettmers et al. 2022): a quarter of their memory, nearly the same steps.
import { adam, adamFactors, adamW } from './adamw.ts'
import { blockSize, type Codes, dynamicCodes } from './codes.ts'
import { floats, type Memory, type Optimiser } from './optimiser.ts'

/** Smaller tensors (norms and biases) keep their moments as float32, as in bitsandbytes. */
const minElements = 4096

/** The moments of a block while it is updated. */
const [m, v] = [new Float32Array(blockSize), new Float32Array(blockSize)]

let codes: { readonly first: Codes; readonly second: Codes } | undefined

export const adamW8bit: Optimiser = {
  rate: 1,

  start(elements) {
    if (elements < minElements) return adamW.start(elements)
    const scales = (): Float32Array => new Float32Array(Math.ceil(elements / blockSize))
    return {
      first: new Uint8Array(elements),
      'first.scales': scales(),
      second: new Uint8Array(elements),
      'second.scales': scales(),
    }
  },

  bytes: (elements) =>
    elements < minElements ? adamW.bytes(elements) : 2 * elements + 8 * Math.ceil(elements / blockSize),

  update(tensor, gradient, memory, update) {
    const [first, second] = [memory['first'], memory['second']]
    if (!(first instanceof Uint8Array) || !(second instanceof Uint8Array))
      return adamW.update(tensor, gradient, memory, update)
    codes ??= { first: dynamicCodes(true), second: dynamicCodes(false) }
    const scales = { first: scalesOf(memory, 'first'), second: scalesOf(memory, 'second') }
    const { beta1, beta2, eps } = adam
    const { keep, stepSize, correction } = adamFactors(update)
    const { scale } = update
    const [firstValues, secondValues] = [codes.first.values, codes.second.values]
    for (let block = 0, start = 0; start < tensor.length; block++, start += blockSize) {
      const length = Math.min(blockSize, tensor.length - start)
      const [firstScale, secondScale] = [scales.first[block] as number, scales.second[block] as number]
      for (let i = 0; i < length; i++) {
        const at = start + i
        const g = scale * (gradient[at] as number)
        const m1 = beta1 * firstScale * (firstValues[first[at] as number] as number) + (1 - beta1) * g
        const v1 = beta2 * secondScale * (secondValues[second[at] as number] as number) + (1 - beta2) * g * g
        m[i] = m1
        v[i] = v1
        tensor[at] = (tensor[at] as number) * keep - (stepSize * m1) / (Math.sqrt(v1) / correction + eps)
      }
      scales.first[block] = codes.first.encode(m, length, first, start)
      scales.second[block] = codes.second.encode(v, length, second, start)
    }
  },
}

const scalesOf = (memory: Memory, moment: string): Float32Array => floats(memory, `${moment}.scales`)
