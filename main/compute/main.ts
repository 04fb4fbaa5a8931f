// The compute process: holds ONNX Runtime, opens no database, ends with its job.
import { generate } from './jobs/generate.ts'
import { hardware } from './jobs/hardware.ts'
import { inspect } from './jobs/inspect.ts'
import { label } from './jobs/label.ts'
import { preflight } from './jobs/preflight.ts'
import { prepare } from './jobs/prepare.ts'
import { preview } from './jobs/preview.ts'
import { render } from './jobs/render.ts'
import { score } from './jobs/score.ts'
import { serve as serveModel } from './jobs/serve.ts'
import { tune } from './jobs/tune.ts'
import { serve } from './serve.ts'

serve({ hardware, prepare, preview, render, preflight, tune, score, label, inspect, generate, serve: serveModel })
