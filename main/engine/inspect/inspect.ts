// Prompt inspection, token by token: nearest vocabulary tokens, norms, and the change of the answers in an ablation.
import type { ComputeEvent, Job } from '../../contract/compute.ts'
import type { EmbeddingToken, PromptInspection, TokenStates } from '../../contract/inspection.ts'
import type { Example } from '../../contract/settings.ts'
import type { Tensor } from '../../contract/tensor.ts'
import { type Encoder, encoderFor } from '../evaluate/encode.ts'
import type { InferenceRunner } from '../evaluate/inference-runner.ts'
import { type Reading, readingOf } from '../evaluate/reading.ts'
import { placedPrompt } from '../evaluate/score.ts'
import { methodOf } from '../method/index.ts'
import { declares } from '../method/method.ts'
import { layOut, type Sequence } from '../method/layout.ts'
import { createRandom } from '../random.ts'
import { scoresLabels } from '../task/index.ts'
import { type TrainingExample, vocabularyExample } from '../train/example.ts'
import { initialTensors, startIds } from '../train/initialise.ts'
import { precomputeKv, cacheBytes, cacheMemory, withKvLease } from '../train/precompute-kv.ts'
import { ablate, byAnswers, byLabels } from './ablate.ts'
import { prefixStates } from './prefix-states.ts'
import { updateSizes } from './update-sizes.ts'
import { readVocabulary, type Vocabulary } from './vocabulary.ts'

type InspectJob = Extract<Job, { kind: 'inspect' }>
type Emit = (event: ComputeEvent) => void

/** Nearest tokens of the vocabulary to report for each virtual token. */
const nearestTokens = 5
/** Random embeddings whose nearest tokens show which cosine arises by chance. */
const chanceRows = 8

/** `job.examples`: rows of the validation set, neither trained on nor part of the test set. Error: 'tuning/other-model'. */
export const inspectPrompt = (runner: InferenceRunner, job: InspectJob, emit: Emit): Promise<PromptInspection> =>
  withKvLease(job.texts, () => inspection(runner, job, emit))

async function inspection(runner: InferenceRunner, job: InspectJob, emit: Emit): Promise<PromptInspection> {
  const { model, prompt, settings, labels, examples } = job
  const encoder = encoderFor(model, settings, labels)
  const placed = placedPrompt(model, prompt)
  const { embeddings, past, updates = [] } = placed.parts
  const stage =
    (name: string) =>
    (done: number, total: number): void =>
      emit({ event: 'progress', stage: name, done, total })
  const isFromTokens = declares(methodOf(settings), 'init') && settings.init !== 'random' && job.start === undefined
  const started = isFromTokens ? startIds(settings, labels, encoder, model.config.vocab) : undefined
  const startedAs = (token: number): string | undefined => started && encoder.tokenizer.spell(started[token] ?? -1)
  const vocabulary = embeddings && (await vocabularyBeside(job, embeddings, encoder, stage('reading the vocabulary')))
  const rows = examples.map(({ text }) => encoder.row(text))
  const right = examples.map(({ label }) => labels.indexOf(label))
  const answers = scoresLabels(settings) ? [] : examples.map((example, i) => answerOf(job, encoder, example, rows[i]))
  const sequences = scoresLabels(settings)
    ? rows.map((row) => layOut(row, encoder.trie.context, settings))
    : answers.map(({ sequence }) => sequence)
  const { loss, tokens } = await ablate(
    {
      rows: rows.length,
      score: scoresLabels(settings) ? byLabels(runner, encoder.trie, rows, right) : byAnswers(runner, answers),
      placed: { ...placed, reading: await readingFor(runner, job, sequences, emit) },
      average: vocabulary?.mean ?? new Float32Array(),
    },
    stage('answering without each token'),
  )
  const shared = tokens.map((ablation, token) => ({ startedAs: startedAs(token), ablation }))
  const scored = { rows: rows.length, loss, ...(settings.from ? { startedFrom: settings.from.name } : {}) }
  if (vocabulary) return { ...scored, ...besideVocabulary(vocabulary, shared, started, encoder) }
  if (!past) return { ...scored, part: 'updates', tokens: [], updates: updateSizes(updates) }
  const tensors = job.start ?? (await initialTensors(model, settings, labels, encoder, runner))
  const start = methodOf(settings).fold(tensors, settings).past
  const states = prefixStates(past, start ?? past)
  const withStates = shared.map((token, i) => ({ ...token, ...(states[i] ?? { keys: 0, values: 0, moved: 0 }) }))
  return { ...scored, part: 'past', tokens: withStates }
}

/** The row with its right answer, which the model reads token by token. */
function answerOf(
  { settings }: InspectJob,
  encoder: Encoder,
  { label, text }: Example,
  segments = encoder.row(text),
): TrainingExample {
  return vocabularyExample(segments, encoder.answer(label), encoder.end, settings)
}

/** Compares each virtual embedding with the vocabulary; `started`: the token ids that they were initialised from. */
function besideVocabulary(
  vocabulary: Vocabulary,
  tokens: readonly Pick<EmbeddingToken, 'startedAs' | 'ablation'>[],
  started: readonly number[] | undefined,
  { tokenizer }: Encoder,
): Extract<TokenStates, { part: 'embeddings' }> {
  return {
    part: 'embeddings',
    tokenNorms: vocabulary.norms,
    chance: chanceOf(vocabulary, tokens.length),
    tokens: tokens.map((token, row) => ({
      ...token,
      norm: vocabulary.rowNorm(row),
      startCosine: started && vocabulary.cosine(started[row] ?? -1, row),
      nearest: vocabulary
        .nearest(row, nearestTokens)
        .map((id) => ({ id, token: tokenizer.spell(id), cosine: vocabulary.cosine(id, row) })),
    })),
  }
}

/** The vocabulary, compared with the virtual embeddings [P, H] and with `chanceRows` random ones after them. */
function vocabularyBeside(
  { model }: InspectJob,
  embeddings: Tensor,
  { tokenizer }: Encoder,
  onProgress: (done: number, total: number) => void,
): Promise<Vocabulary> {
  const [tokens = 0, width = 0] = embeddings.shape
  const random = createRandom(0)
  const chance = Array.from({ length: chanceRows * width }, () => random.normal())
  const rows = { shape: [tokens + chanceRows, width], data: Float32Array.from([...embeddings.data, ...chance]) }
  // An embedding table may be padded: rows beyond the tokenizer's vocabulary are no tokens.
  return readVocabulary(model, rows, Math.min(model.config.vocab, tokenizer.vocabSize), onProgress)
}

function chanceOf(vocabulary: Vocabulary, tokens: number): number {
  const nearest = Array.from({ length: chanceRows }, (_, i) => {
    const [id = 0] = vocabulary.nearest(tokens + i, 1)
    return vocabulary.cosine(id, tokens + i)
  })
  return nearest.reduce((sum, cosine) => sum + cosine, 0) / chanceRows
}

/** The texts' precomputed keys and values, which all ablations share; undefined where memory does not hold them. */
async function readingFor(
  runner: InferenceRunner,
  { model, settings, texts }: InspectJob,
  sequences: readonly Sequence[],
  emit: Emit,
): Promise<Reading | undefined> {
  const bytes = cacheBytes(model, sequences)
  if (settings.placement !== 'after-text' || bytes === 0 || bytes > cacheMemory(settings)) return undefined
  const cached = await precomputeKv({ model, runner, settings, folder: texts, emit }, sequences)
  await cached.precompute(sequences)
  return readingOf(settings, cached)
}
