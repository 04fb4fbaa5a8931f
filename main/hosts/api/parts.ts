// Requests of several parts, which are answered all or not at all.
import type { Asking } from './endpoints/endpoint.ts'

/** Answers all parts at once; when one fails, the others are aborted. */
export async function allParts<Part, Answer>(
  asking: Asking,
  parts: readonly Part[],
  answer: (asking: Asking, part: Part, index: number) => Promise<Answer>,
): Promise<Answer[]> {
  const failed = new AbortController()
  const signal = AbortSignal.any([asking.signal, failed.signal])
  try {
    return await Promise.all(parts.map((part, index) => answer({ ...asking, signal }, part, index)))
  } catch (error) {
    failed.abort(error)
    throw error
  }
}
