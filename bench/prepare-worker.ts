// Prepares a model in a process of its own, as the studio does. Arguments: its path, a folder for it, a precision.
import type { PrecisionName } from '../main/contract/model.ts'
import { prepareModel } from '../main/engine/model/prepare.ts'
import { peakBytes } from '../main/engine/runtime/peak-memory.ts'

const [path = '', folder = '', precision = 'float32'] = process.argv.slice(2)
const began = performance.now()
const model = await prepareModel(path, folder, { name: 'random', precision: precision as PrecisionName })
process.stdout.write(JSON.stringify({ model, seconds: (performance.now() - began) / 1000, peakBytes: peakBytes() }))
