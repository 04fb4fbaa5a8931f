// Server-sent events, as OpenAI's clients read them: one JSON object each, and [DONE] at the end.
// Source: html.spec.whatwg.org/multipage/server-sent-events.html.
import { failureOf, openAiError } from './failure.ts'

/**
 * `produce` sends the events. What it throws before the first of them is thrown here, and is the answer; what it throws later
 * becomes the last event.
 */
export async function eventStream(produce: (send: (event: unknown) => void) => Promise<void>): Promise<Response> {
  const encoder = new TextEncoder()
  const first = Promise.withResolvers<undefined>()
  let isOpen = true
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      let isBegun = false
      const send = (data: string): void => {
        if (isOpen) controller.enqueue(encoder.encode(`data: ${data}\n\n`))
        isBegun = true
        first.resolve(undefined)
      }
      const fail = (error: unknown): void => {
        if (isBegun) send(JSON.stringify(openAiError(failureOf(error))))
        else first.reject(error)
      }
      void produce((event) => {
        send(JSON.stringify(event))
      })
        .then(() => {
          send('[DONE]')
        }, fail)
        .finally(() => {
          if (isOpen) controller.close()
        })
    },
    cancel() {
      isOpen = false
    },
  })
  await first.promise
  return new Response(body, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } })
}
