// The state of the Try page: a text and the subjects that answer: the model alone, a hand-written prompt, tuned ones.
import { canAnswerTogether } from '../../../../main/contract/methods/committees.ts'
import type { CommitteeAnswer, LabelAnswer, PromptSummary, StudioEvent } from '../../../../main/contract/service.ts'
import type { TaskName } from '../../../../main/contract/settings.ts'
import { studio } from '../../client/studio.ts'
import { t } from '../../strings/index.ts'
import { type Answer, createAnswer, type Query } from './answer.svelte.ts'
import { type Sampling, usualSampling } from './sampling-fields.ts'

interface Tuned {
  readonly prompt: PromptSummary
  readonly answer: Answer
}

export const taskOf = ({ settings }: PromptSummary): TaskName => settings.task ?? 'classification'

const readsContext = (prompt: PromptSummary): boolean =>
  taskOf(prompt) === 'answering' || (prompt.tunedOn?.contextColumn ?? '') !== ''

export class Playground {
  text = $state('')
  /** The context of the text. */
  context = $state('')
  /** The hand-written prompt. */
  instruction = $state('')
  sampling: Sampling = $state(usualSampling('classification'))
  /** Whether a model that can think before it answers does so. */
  thinking = $state(false)
  /** Whether the model also writes freely where a prompt chooses among labels. */
  free = $state(false)
  /** Never empty: the two subjects that are not tuned take their model and template from the first one. */
  tuned: readonly Tuned[] = $state.raw([])
  readonly modelAlone = createAnswer()
  readonly handWritten = createAnswer()
  /** Whether the tuned prompts also answer as one. */
  together = $state(false)
  readonly committee = createAnswer()
  #abort = $state.raw<AbortController>()

  constructor(first: PromptSummary) {
    this.sampling = usualSampling(taskOf(first))
    this.add(first)
  }

  get busy(): boolean {
    return this.#abort !== undefined
  }
  /** Whether some prompt was tuned with a context. */
  get needsContext(): boolean {
    return this.tuned.some(({ prompt }) => readsContext(prompt))
  }
  /** Whether the base model is asked in its chat template, in which some models think first. */
  get isChat(): boolean {
    return this.tuned[0]?.prompt.settings.template.kind === 'chat'
  }
  /** Whether the tuned prompts can answer as one. */
  get canJoin(): boolean {
    return canAnswerTogether(this.tuned.map(({ prompt }) => prompt))
  }
  get joined(): boolean {
    return this.together && this.canJoin
  }
  has(name: string): boolean {
    return this.tuned.some(({ prompt }) => prompt.name === name)
  }
  add(prompt: PromptSummary): void {
    this.tuned = [...this.tuned, { prompt, answer: createAnswer() }]
    if (this.instruction === '') this.instruction = t.try.handWrittenStart[taskOf(prompt)](prompt.labels)
  }
  remove(name: string): void {
    this.tuned = this.tuned.filter(({ prompt }) => prompt.name !== name)
  }
  stop(): void {
    this.#abort?.abort()
  }

  /** Lets all subjects answer concurrently; does nothing while they do. */
  async ask(): Promise<void> {
    const base = this.tuned[0]?.prompt
    if (!base || this.text.trim() === '' || this.busy) return
    const { signal } = (this.#abort = new AbortController())
    const { text, instruction, free, thinking } = this
    const context = this.needsContext && this.context.trim() !== '' ? { context: this.context } : {}
    const sampling = $state.snapshot(this.sampling)
    const queryFor = ({ name }: PromptSummary, speaker: Query['speaker'] = { by: 'tuned' }): Query => ({
      ...{ text, ...context, sampling, free, thinking, run: name },
      speaker,
    })
    const shared = this.joined ? askTogether(this.tuned, { text, ...context }, signal) : undefined
    const own = ({ name }: PromptSummary) =>
      shared?.then(({ answer, note }) => ({ ...answerOf(answer, name), ...(note ? { note } : {}) }))
    await Promise.all([
      this.modelAlone.ask(queryFor(base, { by: 'nothing' }), signal),
      this.handWritten.ask(queryFor(base, { by: 'hand-written', instruction }), signal),
      ...this.tuned.map(({ prompt, answer }) => answer.ask(queryFor(prompt), signal, own(prompt))),
      ...(shared ? [this.committee.ask({ ...queryFor(base), free: false }, signal, shared.then(ofAll))] : []),
    ])
    this.#abort = undefined
  }
}

interface Together {
  readonly answer: CommitteeAnswer
  /** A warning: the text was too long and was truncated. */
  readonly note: string | undefined
}

/** One request for all of them: the model reads the text once for those that act behind it. */
async function askTogether(
  tuned: readonly Tuned[],
  query: Pick<Query, 'text' | 'context'>,
  signal: AbortSignal,
): Promise<Together> {
  let note: string | undefined
  const onEvent = (event: StudioEvent): void => {
    if (event.event === 'warning') note = event.message
  }
  const prompts = tuned.map(({ prompt }) => prompt.name)
  return { answer: await studio.call('committees.classify', { ...query, prompts }, { signal, onEvent }), note }
}

/** What a member answers by itself. */
const answerOf = ({ members }: CommitteeAnswer, name: string): LabelAnswer =>
  members.find((member) => member.name === name) ?? { labels: [] }

const ofAll = ({ answer: { labels, unsure, members, agreeing }, note }: Together) => ({
  labels,
  ...(unsure ? { unsure } : {}),
  note: [t.try.agreeing(agreeing, members.length), note].filter(Boolean).join(' '),
})
