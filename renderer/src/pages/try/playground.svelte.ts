// The state of the Try page: a text and the subjects that answer: the model alone, a hand-written prompt, tuned ones.
import type { PromptSummary } from '../../../../main/contract/service.ts'
import type { TaskName } from '../../../../main/contract/settings.ts'
import { t } from '../../strings/index.ts'
import { type Answer, createAnswer } from './answer.svelte.ts'
import { defaultLength } from './limits.ts'

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
  maxNewTokens = $state(0)
  temperature = $state(0)
  /** Whether the model also writes freely where a prompt chooses among labels. */
  free = $state(false)
  /** Never empty: the two subjects that are not tuned take their model and template from the first one. */
  tuned: readonly Tuned[] = $state.raw([])
  readonly modelAlone = createAnswer()
  readonly handWritten = createAnswer()
  #abort = $state.raw<AbortController>()

  constructor(first: PromptSummary) {
    this.maxNewTokens = defaultLength[taskOf(first)]
    this.add(first)
  }

  get busy(): boolean {
    return this.#abort !== undefined
  }
  /** Whether some prompt was tuned with a context. */
  get needsContext(): boolean {
    return this.tuned.some(({ prompt }) => readsContext(prompt))
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
    const { text, maxNewTokens, temperature, instruction, free } = this
    const context = this.needsContext && this.context.trim() !== '' ? { context: this.context } : {}
    const sampling = { maxNewTokens, temperature, topP: 1, seed: 0 }
    const queryFor = ({ name }: PromptSummary) => ({ text, ...context, sampling, free, run: name })
    await Promise.all([
      this.modelAlone.ask({ ...queryFor(base), speaker: { by: 'nothing' } }, signal),
      this.handWritten.ask({ ...queryFor(base), speaker: { by: 'hand-written', instruction } }, signal),
      ...this.tuned.map(({ prompt, answer }) => answer.ask({ ...queryFor(prompt), speaker: { by: 'tuned' } }, signal)),
    ])
    this.#abort = undefined
  }
}
