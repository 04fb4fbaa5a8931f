// Log-probabilities of written tokens, in the forms of OpenAI's chats and of its completions.
import type { ScoredToken, WrittenToken } from '../../contract/serving.ts'

/** JSON has no infinity; OpenAI's own number for it. */
const finite = (logProbability: number): number => (Number.isFinite(logProbability) ? logProbability : -9999)

const scored = ({ text: token, logProbability }: ScoredToken) => ({
  token,
  logprob: finite(logProbability),
  bytes: [...Buffer.from(token)],
})

export const chatLogprobs = (tokens: readonly WrittenToken[]) => ({
  content: tokens.map(({ likeliest, ...token }) => ({ ...scored(token), top_logprobs: likeliest.map(scored) })),
  refusal: null,
})

/** `offset`: characters of the text before these tokens. */
export function completionLogprobs(tokens: readonly WrittenToken[], offset: number) {
  let at = offset
  return {
    tokens: tokens.map(({ text: token }) => token),
    token_logprobs: tokens.map(({ logProbability }) => finite(logProbability)),
    top_logprobs: tokens.map(({ likeliest }) =>
      Object.fromEntries(likeliest.map(({ text: token, logProbability }) => [token, finite(logProbability)])),
    ),
    text_offset: tokens.map(({ text: token }) => (at += token.length) - token.length),
  }
}
