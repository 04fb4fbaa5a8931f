// Server-sent events, as OpenAI's clients read them: one JSON object each, and [DONE] at the end.
// Source: html.spec.whatwg.org/multipage/server-sent-events.html.
import type { Asking } from './endpoints/endpoint.ts'
import { failureOf, openAiError, reasonOf } from './failure.ts'

/**
 * `produce` sends the events. What it throws before the first of them is thrown here, and is the answer; what it throws later
 * becomes the last event. What is sent after that is dropped.
 */
export async function eventStream(
  { signal, note }: Pick<Asking, 'signal' | 'note'>,
  produce: (send: (event: unknown) => void) => Promise<void>,
): Promise<Response> {
  const encoder = new TextEncoder()
  const first = Promise.withResolvers<undefined>()
  let isBegun = false
  let isOpen = true
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (data: string): void => {
        if (isOpen) controller.enqueue(encoder.encode(`data: ${data}\n\n`))
        isBegun = true
        first.resolve(undefined)
      }
      const end = (data: string): void => {
        send(data)
        if (isOpen) controller.close()
        isOpen = false
      }
      produce((event) => {
        send(JSON.stringify(event))
      }).then(
        () => {
          end('[DONE]')
        },
        (error: unknown) => {
          if (!isBegun) {
            isOpen = false
            first.reject(error)
            return
          }
          const failure = failureOf(reasonOf(signal, error))
          if (failure.status >= 500) note({ error: String(error) })
          end(JSON.stringify(openAiError(failure)))
        },
      )
    },
    cancel() {
      isOpen = false
    },
  })
  await first.promise
  return new Response(body, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } })
}
