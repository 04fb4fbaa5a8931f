// The result of a prompt inspection as lines: a table of the virtual tokens, and how to read it.
import type { Ablation, EmbeddingToken, PromptInspection, UpdateSize } from '../../contract/inspection.ts'
import type { RunInspection } from '../../contract/service.ts'
import { aligned } from './aligned.ts'

export function inspectionLines({ inspection, gradients }: RunInspection): string[] {
  if (inspection.part === 'updates') return updateLines(inspection.updates)
  const scale = Math.max(0, ...gradients.flat().filter(Number.isFinite))
  const own = ownColumns(inspection)
  const rows = inspection.tokens.map(({ startedAs, ablation }, i) => [
    String(i + 1),
    startedAs === undefined ? (inspection.startedFrom ?? 'random') : quoted(startedAs),
    ...(own.numbers[i] ?? []),
    worthOf(ablation),
    String(ablation.changed),
    bars(gradients[i] ?? [], scale),
    own.nearest[i] ?? '',
  ])
  const titles = ['token', 'started as', ...own.titles, 'loss without it', 'other answers', 'gradient']
  return [
    'Hints, not explanations: a virtual token need not mean what it is near to.',
    ...aligned([[...titles, inspection.part === 'embeddings' ? 'nearest tokens' : ''], ...rows]),
    ...howToRead(inspection),
  ]
}

/** A prompt without virtual tokens: how much each linear map was changed. */
const updateLines = (updates: readonly UpdateSize[]): string[] => [
  'This prompt has no virtual tokens: it updates linear maps of the model.',
  ...aligned([
    ['linear map', 'weights', 'factors', 'bias'],
    ...updates.map(({ linear, ...sizes }) => [
      linear,
      ...[sizes.weights, sizes.factors, sizes.bias].map((size) => size.toPrecision(3)),
    ]),
  ]),
  'Weights, factors, bias: root mean square of what was added to each, over all layers; 0 = unchanged.',
]

/** Of a prompt that has virtual tokens. */
type TokenInspection = Exclude<PromptInspection, { part: 'updates' }>

interface OwnColumns {
  readonly titles: readonly string[]
  /** For each token. */
  readonly numbers: readonly (readonly string[])[]
  /** The nearest tokens of each virtual token, of any length: this column comes last. */
  readonly nearest: readonly string[]
}

function ownColumns(inspection: TokenInspection): OwnColumns {
  if (inspection.part === 'embeddings')
    return {
      titles: ['norm'],
      numbers: inspection.tokens.map(({ norm }) => [norm.toPrecision(3)]),
      nearest: inspection.tokens.map(nearestTokens),
    }
  return {
    titles: ['keys', 'values', 'moved'],
    numbers: inspection.tokens.map(({ keys, values, moved }) => [keys, values, moved].map((value) => value.toFixed(2))),
    nearest: [],
  }
}

const nearestTokens = ({ nearest }: EmbeddingToken): string =>
  nearest.map(({ token, cosine }) => `${quoted(token)} ${cosine.toFixed(2)}`).join(', ')

/** A token in quotes, so that a leading space shows, and with control characters escaped, which a terminal would act on. */
const quoted = (token: string): string =>
  JSON.stringify(token).replace(/[\p{Cc}\p{Cf}]/gu, (one) => `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`)

/** "+0.120 ± 0.040 *": the rise of the mean loss with its interval; the star where the interval does not reach 0. */
function worthOf({ difference, margin }: Ablation): string {
  const within = Number.isFinite(margin) ? ` ± ${margin.toFixed(3)}` : ''
  const star = Math.abs(difference) > margin ? ' *' : ''
  return `${difference < 0 ? '-' : '+'}${Math.abs(difference).toFixed(3)}${within}${star}`
}

const blocks = [...'▁▂▃▄▅▆▇█']
/** Characters of a line of bars. */
const WIDTH = 10
/** Powers of ten between the lowest bar and the highest: gradients span as many. */
const DECADES = 2

/** A token's gradients from the run's start to its end; the highest bar is the largest of all tokens. */
function bars(history: readonly number[], scale: number): string {
  const count = Math.min(WIDTH, history.length)
  return Array.from({ length: count }, (_, i) => {
    const share = (history[Math.floor((i * history.length) / count)] ?? 0) / scale
    // A gradient of zero, or one that is not a number, gets the lowest bar.
    const height = share > 0 ? Math.max(0, 1 + Math.log10(share) / DECADES) : 0
    return blocks[Math.round(height * (blocks.length - 1))] ?? ''
  }).join('')
}

const taken = {
  embeddings: 'the average of all token embeddings takes its place',
  past: 'no other token can attend to it',
} as const

function howToRead(inspection: TokenInspection): string[] {
  return [
    ...(inspection.part === 'embeddings' ? aboutEmbeddings(inspection) : aboutStates),
    `Loss without it: how much the mean loss of the right answer on ${String(inspection.rows)} validation rows (${inspection.loss.toFixed(3)} with the whole prompt) rises where ${taken[inspection.part]}, with its interval.`,
    'A star: the interval does not reach 0. The intervals of all tokens hold together with 95 % confidence.',
    'Other answers: how many of these rows are then answered differently.',
    'Gradient: the norm of its gradient, from the first step to the last; a bar of half height is a tenth of a full one.',
  ]
}

const aboutEmbeddings = ({ tokenNorms, chance }: Extract<TokenInspection, { part: 'embeddings' }>): string[] => [
  `Nearest tokens: by cosine similarity. A random vector comes as near as ${chance.toFixed(2)} to some token.`,
  `Norm: nine tokens of ten have ${tokenNorms.low.toPrecision(3)} to ${tokenNorms.high.toPrecision(3)}; the mean is ${tokenNorms.mean.toPrecision(3)}.`,
]

const aboutStates = [
  'There are no nearest tokens: this prompt has no embeddings; it is keys and values in every layer.',
  'Keys, values: their norms, 1 = as the tokens that the prefix started from. Moved: how far they went, in the same unit.',
]
