// The tutorial's state: what each step has done. After a restart it finds the run that it had started.
import { starter } from '../../../../main/contract/starter.ts'
import type {
  InstalledModel,
  LabelCount,
  PreviewRow,
  StudioEvent,
  Verdict,
  ViewedRow,
} from '../../../../main/contract/service.ts'
import type { TuneSettings } from '../../../../main/contract/settings.ts'
import { createTask } from '../../client/task.svelte.ts'
import { studio } from '../../client/studio.ts'
import { t } from '../../strings/index.ts'

export interface Sample {
  readonly dataset: number
  readonly version: number
  readonly text: string
  readonly label: string
  readonly columns: readonly string[]
  readonly rows: number
  readonly labels: readonly LabelCount[]
  readonly examples: readonly ViewedRow[]
}

export type Likelihoods = readonly { readonly label: string; readonly probability: number }[]

const runName = 'Tutorial'

export const tasks = {
  data: createTask(t.help.working),
  model: createTask(t.models.begin),
  preview: createTask(t.help.working),
  tune: createTask(t.help.working),
  verdict: createTask(t.help.working),
  ask: createTask(t.help.working),
  export: createTask(t.help.working),
}

let sample = $state.raw<Sample>()
let model = $state.raw<InstalledModel>()
let preview = $state.raw<PreviewRow>()
let run = $state<string>()
let state = $state('')
let steps = $state(0)
let losses = $state.raw<readonly number[]>([])
let verdict = $state.raw<Verdict>()
let answers = $state.raw<{ readonly nothing: Likelihoods; readonly tuned: Likelihoods }>()
let exported = $state.raw<{ readonly name: string; readonly bytes: Uint8Array }>()
let looked = false

/** The settings of the next run, or of the current run once it has started. */
export const choices = $state<{ tokens: number; init: TuneSettings['init'] }>({ tokens: 16, init: 'text' })

export const tutorial = {
  get sample() {
    return sample
  },
  get model() {
    return model
  },
  get preview() {
    return preview
  },
  get run() {
    return run
  },
  /** The state of the run: 'running', 'finished', 'stopped', ... */
  get state() {
    return state
  },
  get steps() {
    return steps
  },
  get losses() {
    return losses
  },
  get verdict() {
    return verdict
  },
  get answers() {
    return answers
  },
  get exported() {
    return exported
  },

  /** Restores what an earlier visit has done; only the first call in a window does anything. */
  async find(): Promise<void> {
    if (looked) return
    looked = true
    const known = (await studio.call('data.list', {})).find(({ isSample }) => isSample)
    const runs = await studio.call('runs.list', {})
    const onSample = runs.filter(({ dataset, state }) => dataset === known?.id && state === 'finished')
    const earlier = runs.findLast(({ name }) => name.startsWith(runName)) ?? onSample.at(-1)
    if (!earlier) {
      if (known) sample = await describe(known.id, known.version)
      return
    }
    sample = await describe(earlier.dataset, earlier.version)
    model = (await studio.call('models.list', {})).find(({ id }) => id === earlier.model)
    await follow(earlier.name)
  },

  importSample: () =>
    tasks.data.run(async (options) => {
      const { dataset, version } = await studio.call('data.sample', {}, options)
      sample = await describe(dataset, version)
    }),

  getModel: () =>
    tasks.model.run(async (options) => {
      const { name } = (await ownModel()) ?? (await studio.call('models.starter', {}, options))
      model = (await studio.call('models.list', {})).find((each) => each.name === name)
    }),

  /** The installed model that the second step would use without a download. */
  ownModel,

  show: () =>
    tasks.preview.run(async () => {
      if (!sample || !model) return
      const { dataset, version, text, label, examples } = sample
      const rows = examples.slice(0, 1).map(({ row }) => row)
      const planned = { dataset, version, text, label, model: model.name, settings: { ...choices } }
      preview = (await studio.call('data.preview', { ...planned, rows })).rows[0]
    }),

  tune: () =>
    tasks.tune.run(async () => {
      if (!sample || !model) return
      const { dataset, version, text, label } = sample
      const names = (await studio.call('runs.list', {})).map(({ name }) => name)
      let name = runName
      for (let number = 2; names.includes(name); number++) name = `${runName} ${String(number)}`
      const planned = { dataset, version, text, label, model: model.name, settings: { ...choices } }
      verdict = undefined
      answers = undefined
      await studio.call('runs.start', { name, ...planned })
      await follow(name)
    }),

  pause: () => run !== undefined && studio.call('runs.stop', { run }),

  resume: () =>
    tasks.tune.run(async () => {
      if (run === undefined) return
      await studio.call('runs.resume', { run })
      await follow(run)
    }),

  fetchVerdict: () =>
    tasks.verdict.run(async () => {
      if (run !== undefined) verdict = await studio.call('runs.verdict', { run })
    }),

  ask: (text: string) =>
    tasks.ask.run(async ({ signal }) => {
      if (run === undefined) return
      const answer = async (by: 'nothing' | 'tuned') =>
        (await studio.call('classify', { run: run ?? '', speaker: { by }, text }, { signal })).labels
      answers = { nothing: await answer('nothing'), tuned: await answer('tuned') }
    }),

  export: () =>
    tasks.export.run(async () => {
      if (run !== undefined) exported = await studio.call('export.archive', { run, to: 'peft' })
      return exported
    }),

  /** Resets the steps; the data set, model and run that they made stay in the studio. */
  restart(): void {
    sample = model = preview = run = verdict = answers = exported = undefined
    state = ''
    losses = []
  },
}

async function ownModel(): Promise<InstalledModel | undefined> {
  const models = await studio.call('models.list', {})
  return models.find(({ name }) => name === starter.name) ?? models[0]
}

async function describe(dataset: number, version: number): Promise<Sample> {
  const query = { search: '', filters: [], states: ['used' as const] }
  const [{ roles, columns }, profile, { view }] = await Promise.all([
    studio.call('data.show', { dataset }),
    studio.call('data.profile', { dataset, version }),
    studio.call('data.view', { dataset, version, query }),
  ])
  const examples = await studio.call('data.page', { view, from: 0, count: 3 })
  const { text, label } = roles
  return { dataset, version, text, label, columns, rows: profile.rows, labels: profile.labels, examples }
}

/** Loads the run's history, then follows its events until it ends. */
async function follow(name: string): Promise<void> {
  const shown = await studio.call('runs.show', { run: name })
  run = name
  steps = shown.run.settings.steps
  choices.tokens = shown.run.settings.tokens
  choices.init = shown.run.settings.init
  state = shown.run.state
  losses = shown.steps.map(({ loss }) => loss)
  const live: number[] = []
  const onEvent = (event: StudioEvent): void => {
    if (event.event === 'state') state = event.state
    if (event.event !== 'step') return
    live[event.step - 1] = event.loss
    losses = live.length > losses.length ? live.slice() : losses
  }
  live.push(...losses)
  state = (await studio.call('runs.watch', { run: name }, { onEvent })).state
}
