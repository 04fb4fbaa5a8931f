// A compute process whose preview never ends and holds its thread, as a hostile chat template does.
import { type Handlers, serve } from '../../main/compute/serve.ts'

const never = (): never => {
  for (;;);
}

const done = () => Promise.resolve({ outcome: 'finished' as const })

serve({ ...({} as Handlers), preview: never, hardware: done })
