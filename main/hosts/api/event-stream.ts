// Server-sent events, as OpenAI's clients read them: one JSON object each, and [DONE] at the end.
// Source: html.spec.whatwg.org/multipage/server-sent-events.html.
import { failureOf, openAiError } from './failure.ts'

/** `produce` sends the events; what it throws becomes the last of them. */
export function eventStream(produce: (send: (event: unknown) => void) => Promise<void>): Response {
  const encoder = new TextEncoder()
  let isOpen = true
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const sendText = (data: string): void => {
        if (isOpen) controller.enqueue(encoder.encode(`data: ${data}\n\n`))
      }
      try {
        await produce((event) => {
          sendText(JSON.stringify(event))
        })
        sendText('[DONE]')
      } catch (error) {
        sendText(JSON.stringify(openAiError(failureOf(error))))
      }
      if (isOpen) controller.close()
    },
    cancel() {
      isOpen = false
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } })
}
