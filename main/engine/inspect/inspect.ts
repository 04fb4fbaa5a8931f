// Looks at a tuned prompt token by token: what it is near to, how large it is, and what the answers are without it.
import type { ComputeEvent, Job } from '../../contract/compute.ts'
import type { EmbeddingToken, PromptInspection } from '../../contract/inspection.ts'
import type { PlainPrompt } from '../../contract/prompt.ts'
import { createEncoder, type Encoder } from '../evaluate/encode.ts'
import type { InferenceRunner } from '../evaluate/inference-runner.ts'
import { virtualOf } from '../evaluate/score.ts'
import { layOut, type Segments } from '../method/layout.ts'
import { createRandom } from '../random.ts'
import { startIds } from '../train/initialise.ts'
import { precomputeKv, cacheBytes, cacheMemory } from '../train/precompute-kv.ts'
import { ablate } from './ablate.ts'
import { prefixStates } from './prefix-states.ts'
import { readVocabulary, type Vocabulary } from './vocabulary.ts'

type InspectJob = Extract<Job, { kind: 'inspect' }>
type Emit = (event: ComputeEvent) => void

/** Words that are named for each token. */
const nearestTokens = 5
/** Rows of random numbers that tell how near the nearest word is by chance. */
const chanceRows = 8

/** `examples` are rows that tuning did not learn from and no verdict rests on. Error: 'tuning/other-model'. */
export async function inspectPrompt(reader: InferenceRunner, job: InspectJob, emit: Emit): Promise<PromptInspection> {
  const { model, prompt, settings, labels, examples } = job
  const encoder = createEncoder(model, settings, labels)
  const virtual = virtualOf(model, prompt)
  const stage =
    (name: string) =>
    (done: number, total: number): void =>
      emit({ event: 'progress', stage: name, done, total })
  const started = settings.init === 'random' ? undefined : startIds(settings, labels, encoder, model.config.vocab)
  const startedAs = (token: number): string | undefined => started && encoder.tokenizer.word(started[token] ?? -1)
  const { prompt: plain } = virtual
  const vocabulary =
    plain.method === 'prompt-tuning'
      ? await vocabularyBeside(job, plain, encoder, stage('reading the vocabulary'))
      : undefined
  const rows = examples.map(({ text }) => encoder.row(text))
  const { loss, tokens } = await ablate(
    {
      reader,
      trie: encoder.trie,
      rows,
      right: examples.map(({ label }) => labels.indexOf(label)),
      virtual: { ...virtual, texts: await textsOf(reader, job, encoder, rows, stage('reading the texts (KV cache)')) },
      average: vocabulary?.mean ?? new Float32Array(),
    },
    stage('answering without each token'),
  )
  const shared = tokens.map((ablation, token) => ({ startedAs: startedAs(token), ablation }))
  const scored = { rows: rows.length, loss }
  if (!vocabulary) {
    const states = prefixStates(prompt.tensors)
    return {
      ...scored,
      method: 'prefix-tuning',
      tokens: shared.map((token, i) => ({ ...token, ...(states[i] ?? { keys: 0, values: 0, moved: 0 }) })),
    }
  }
  const beside = (row: number): Pick<EmbeddingToken, 'norm' | 'startCosine' | 'nearest'> => ({
    norm: vocabulary.rowNorm(row),
    startCosine: started && vocabulary.cosine(started[row] ?? -1, row),
    nearest: vocabulary
      .nearest(row, nearestTokens)
      .map((id) => ({ id, token: encoder.tokenizer.word(id), cosine: vocabulary.cosine(id, row) })),
  })
  return {
    ...scored,
    method: 'prompt-tuning',
    tokenNorms: vocabulary.norms,
    chance: chanceOf(vocabulary, tokens.length),
    tokens: shared.map((token, row) => ({ ...token, ...beside(row) })),
  }
}

/** The words beside the prompt's rows, and beside as many random ones behind them. */
function vocabularyBeside(
  { model }: InspectJob,
  { prompt }: Extract<PlainPrompt, { method: 'prompt-tuning' }>,
  { tokenizer }: Encoder,
  onProgress: (done: number, total: number) => void,
): Promise<Vocabulary> {
  const [tokens = 0, width = 0] = prompt.shape
  const random = createRandom(0)
  const chance = Array.from({ length: chanceRows * width }, () => random.normal())
  const rows = { shape: [tokens + chanceRows, width], data: Float32Array.from([...prompt.data, ...chance]) }
  // A model's table may be longer than its tokenizer's vocabulary: what lies behind are no words.
  return readVocabulary(model, rows, Math.min(model.config.vocab, tokenizer.vocabSize), onProgress)
}

function chanceOf(vocabulary: Vocabulary, tokens: number): number {
  const nearest = Array.from({ length: chanceRows }, (_, i) => {
    const [id = 0] = vocabulary.nearest(tokens + i, 1)
    return vocabulary.cosine(id, tokens + i)
  })
  return nearest.reduce((sum, cosine) => sum + cosine, 0) / chanceRows
}

/** What stands before the virtual tokens is the same each time: it is read once where memory holds it. */
async function textsOf(
  reader: InferenceRunner,
  { model, settings, texts }: InspectJob,
  { trie }: Encoder,
  rows: readonly Segments[],
  onProgress: (done: number, total: number) => void,
): Promise<Awaited<ReturnType<typeof precomputeKv>> | undefined> {
  const sequences = rows.map((row) => layOut(row, trie.context, settings))
  const bytes = cacheBytes(model, sequences)
  if (settings.placement !== 'after-text' || bytes === 0 || bytes > cacheMemory(settings)) return undefined
  const found = await precomputeKv({ model, reader }, settings, texts, sequences, onProgress)
  await found.cached(sequences)
  return found
}
