// Classifies ONNX Runtime's errors by their messages: memory, files, the device, or a defect of ours.
import { StudioError, studioError } from '../../contract/errors/index.ts'

type Sign = readonly [RegExp, () => StudioError]

/** The library throws plain errors without codes; these match the messages of its CPU, CUDA, DirectML and WebGPU providers and of V8. */
const signs: readonly Sign[] = [
  [
    /bad_?\s?(array_new_length|alloc)|failed to allocate|allocation failed|out ?of ?memory|not enough memory|invalid typed array length/i,
    () => studioError('compute/out-of-memory'),
  ],
  [/External data path|GetExtDataFromTensorProto|external initializer/i, () => studioError('compute/weights-file')],
  [/device (was |is )?(lost|removed)|DEVICE_(REMOVED|LOST|HUNG)/i, () => studioError('compute/device-lost')],
]

/** The error to show for one that ONNX Runtime threw, with that one as its cause. */
export function explained(error: unknown): StudioError {
  if (error instanceof StudioError) return error
  const message = error instanceof Error ? error.message : String(error)
  const known = signs.find(([pattern]) => pattern.test(message))
  const shown = known ? known[1]() : studioError('compute/defect', messageOf(error))
  shown.cause = error
  return shown
}

/** The library's own message, without its source's lines and expressions. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const line = message.split('\n').find((part) => part.trim() !== '') ?? ''
  return line
    .replace(/^.*?\.cc:\d+.* was false\. /, '')
    .trim()
    .slice(0, 300)
}
