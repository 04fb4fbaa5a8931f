// One column's answer: how likely each label is where there are some, then what it writes, as it comes.
import type { Input, Outputs, Speaker } from '../../../../main/contract/service.ts'
import { studio } from '../../client/studio.ts'

export interface Asked {
  readonly run: string
  readonly speaker: Speaker
  readonly text: string
  /** What the text asks about, where the prompt was tuned with a context. */
  readonly context?: string
  readonly sampling: Input<'try'>['sampling']
}

export interface Answer {
  /** What it is an answer to; undefined before the first. */
  readonly asked: Pick<Asked, 'text' | 'context'> | undefined
  /** The likeliest first; none where answers are generated text. */
  readonly labels: Outputs['classify'] | undefined
  readonly generated: string
  /** What the reader should know of the answer: that the text was too long to be read whole. */
  readonly note: string | undefined
  readonly busy: boolean
  readonly error: Error | undefined
  ask(asked: Asked, signal: AbortSignal): Promise<void>
}

export function createAnswer(): Answer {
  let about = $state.raw<Pick<Asked, 'text' | 'context'>>()
  let labels = $state.raw<Outputs['classify']>()
  let generated = $state('')
  let note = $state<string>()
  let busy = $state(false)
  let error = $state.raw<Error>()

  return {
    get asked() {
      return about
    },
    get labels() {
      return labels
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
    async ask({ sampling, ...asked }, signal) {
      about = asked
      labels = undefined
      generated = ''
      note = undefined
      error = undefined
      busy = true
      try {
        labels = await studio.call('classify', asked, { signal })
        const { text: whole } = await studio.call(
          'try',
          { ...asked, sampling },
          {
            signal,
            onEvent: (event) => {
              if (event.event === 'token') generated += event.text
              else if (event.event === 'warning') note = event.message
            },
          },
        )
        generated = whole
      } catch (reason) {
        if (!signal.aborted) error = reason instanceof Error ? reason : new Error(String(reason))
      } finally {
        busy = false
      }
    },
  }
}
