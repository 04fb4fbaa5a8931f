// The answer of one subject: the probability of each label (if any), then the generated text as it arrives.
import type { Input, LabelProbability, Speaker, StudioEvent, Unsure } from '../../../../main/contract/service.ts'
import { studio } from '../../client/studio.ts'

export interface Query {
  readonly run: string
  readonly speaker: Speaker
  readonly text: string
  /** The context of the text, if the prompt was tuned with one. */
  readonly context?: string
  readonly sampling: Input<'try'>['sampling']
  /** Whether the base model thinks before it writes. */
  readonly thinking: boolean
  /** Whether the model also writes freely where the prompt chooses among labels. */
  readonly free: boolean
}

export interface Answer {
  /** The query that it answers; undefined before the first query. */
  readonly query: Pick<Query, 'text' | 'context'> | undefined
  /** The labels, the likeliest first; empty where answers are generated text, undefined until they arrive. */
  readonly labels: readonly LabelProbability[] | undefined
  /** Where the prompt leaves the answer to a person. */
  readonly unsure: Unsure | undefined
  /** What the model has written; undefined where only labels were asked for. */
  readonly generated: string | undefined
  /** A warning about the answer: the text was too long and was truncated. */
  readonly note: string | undefined
  readonly busy: boolean
  readonly error: Error | undefined
  /** `chosen`: the labels that are asked for elsewhere, together with those of other prompts. */
  ask(query: Query, signal: AbortSignal, chosen?: Promise<Chosen>): Promise<void>
}

interface Chosen {
  readonly labels: readonly LabelProbability[]
  readonly unsure?: Unsure
  /** What is to be said of them. */
  readonly note?: string
}

export function createAnswer(): Answer {
  let current = $state.raw<Pick<Query, 'text' | 'context'>>()
  let labels = $state.raw<readonly LabelProbability[]>()
  let unsure = $state.raw<Unsure>()
  let generated = $state<string>()
  let note = $state<string>()
  let busy = $state(false)
  let error = $state.raw<Error>()

  return {
    get query() {
      return current
    },
    get labels() {
      return labels
    },
    get unsure() {
      return unsure
    },
    get generated() {
      return generated
    },
    get note() {
      return note
    },
    get busy() {
      return busy
    },
    get error() {
      return error
    },
    async ask({ sampling, free, thinking, ...query }, signal, elsewhere) {
      current = query
      labels = undefined
      unsure = undefined
      generated = undefined
      note = undefined
      error = undefined
      busy = true
      try {
        const onEvent = (event: StudioEvent): void => {
          if (event.event === 'token') generated = (generated ?? '') + event.text
          else if (event.event === 'warning') note = event.message
        }
        const chosen = await (elsewhere ?? choose(query, { signal, onEvent }))
        labels = chosen.labels
        unsure = chosen.unsure
        note = chosen.note ?? note
        if (labels.length > 0 && !free) return
        generated = ''
        generated = (await studio.call('try', { ...query, sampling, thinking }, { signal, onEvent })).text
      } catch (reason) {
        if (!signal.aborted) error = reason instanceof Error ? reason : new Error(String(reason))
      } finally {
        busy = false
      }
    },
  }
}

const choose = (
  query: Omit<Query, 'sampling' | 'free' | 'thinking'>,
  options: { readonly signal: AbortSignal; readonly onEvent: (event: StudioEvent) => void },
): Promise<Chosen> => studio.call('classify', query, options)
