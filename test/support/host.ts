// A host in a process of its own, for tests that attach to it or kill it. Arguments: home, entry of compute, what to run as JSON.
import type { Input, StudioEvent } from '../../main/contract/service.ts'
import { connect } from '../../main/service/connect.ts'
import { forkCompute } from '../../main/service/compute/child.ts'

/** What the host is to do: start this run, or resume that one, or nothing but hold the folder. */
export type HostOrder =
  | { readonly order: 'start'; readonly input: Input<'runs.start'> }
  | { readonly order: 'resume'; readonly run: string }
  | { readonly order: 'hold' }

/** Sent to the parent. `compute`: a compute process has this id. */
export type HostMessage =
  | { readonly say: 'ready'; readonly attached: boolean }
  | { readonly say: 'compute'; readonly pid: number }
  | { readonly say: 'event'; readonly event: StudioEvent }
  | { readonly say: 'ended'; readonly state: string }

const [home = '', entry = '', order = ''] = process.argv.slice(2)
const report = (message: HostMessage): void => void process.send?.(message)

const fork = forkCompute(entry)
const spawn = () => {
  const child = fork()
  if (child.pid !== undefined) report({ say: 'compute', pid: child.pid })
  return child
}

const studio = await connect(home, { spawn, threads: 1 })
report({ say: 'ready', attached: studio.attached })
const wanted = JSON.parse(order) as HostOrder
if (wanted.order === 'hold') process.on('disconnect', () => process.exit(0))
else {
  const begun =
    wanted.order === 'start' ? studio.call('runs.start', wanted.input) : studio.call('runs.resume', { run: wanted.run })
  const { name } = await begun
  const run = await studio.call(
    'runs.watch',
    { run: name },
    {
      onEvent: (event) => {
        report({ say: 'event', event })
      },
    },
  )
  report({ say: 'ended', state: run.state })
  await studio.close()
  process.disconnect?.()
}
