// What is tried: a text, and those who answer it: the model alone, a hand-written prompt, and tuned ones.
import type { PromptSummary } from '../../../../main/contract/service.ts'
import type { TaskName } from '../../../../main/contract/settings.ts'
import { t } from '../../strings/index.ts'
import { type Answer, createAnswer } from './answer.svelte.ts'
import { stopsOf, usualLength } from './limits.ts'

interface Tuned {
  readonly prompt: PromptSummary
  readonly answer: Answer
}

export const taskOf = ({ settings }: PromptSummary): TaskName => settings.task ?? 'classification'

const readsContext = (prompt: PromptSummary): boolean =>
  taskOf(prompt) === 'answering' || (prompt.tunedOn?.contextColumn ?? '') !== ''

export class Playground {
  text = $state('')
  /** What the text asks about. */
  context = $state('')
  /** The hand-written prompt. */
  instruction = $state('')
  maxNewTokens = $state(0)
  temperature = $state(0)
  /** Never empty: the first one's model and template are those of the two that are not tuned. */
  tuned: readonly Tuned[] = $state.raw([])
  readonly modelAlone = createAnswer()
  readonly handWritten = createAnswer()
  #abort = $state.raw<AbortController>()

  constructor(first: PromptSummary) {
    this.maxNewTokens = usualLength[taskOf(first)]
    this.add(first)
  }

  get busy(): boolean {
    return this.#abort !== undefined
  }
  /** Some prompt was tuned with a context. */
  get asksContext(): boolean {
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

  /** All answer at once; does nothing while they do. */
  async ask(): Promise<void> {
    const base = this.tuned[0]?.prompt
    if (!base || this.text.trim() === '' || this.busy) return
    const { signal } = (this.#abort = new AbortController())
    const { text, maxNewTokens, temperature, instruction } = this
    const context = this.asksContext && this.context.trim() !== '' ? { context: this.context } : {}
    const question = ({ name, settings }: PromptSummary) => {
      const sampling = { maxNewTokens, temperature, topP: 1, stop: stopsOf(settings), seed: 0 }
      return { text, ...context, sampling, run: name }
    }
    await Promise.all([
      this.modelAlone.ask({ ...question(base), speaker: { by: 'nothing' } }, signal),
      this.handWritten.ask({ ...question(base), speaker: { by: 'written', instruction } }, signal),
      ...this.tuned.map(({ prompt, answer }) => answer.ask({ ...question(prompt), speaker: { by: 'tuned' } }, signal)),
    ])
    this.#abort = undefined
  }
}
