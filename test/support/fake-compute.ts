// A small real engine behind the real compute messages: descends a quadratic, so that service and recovery can be tested quickly.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { asFailure, serve, type Handlers, type JobOf } from '../../main/compute/serve.ts'
import { sealModel } from '../../main/compute/seal.ts'
import type { Checkpoint, Evaluation, TunedPrompt } from '../../main/contract/compute.ts'
import { studioError } from '../../main/contract/errors/index.ts'
import type { MeasuredPrompt } from '../../main/contract/measures.ts'
import { baselineNames } from '../../main/contract/records.ts'
import type { PreparedModel } from '../../main/contract/model.ts'
import { measured } from '../../main/engine/metrics/index.ts'
import { taskOf } from '../../main/engine/task/index.ts'
import { smallConfig } from './small-config.ts'
import type { NamedTensors, Tensor } from '../../main/contract/tensor.ts'

const WIDTH = 4
const CHECKPOINT_STEPS = 5
const stepMilliseconds = Number(process.env['FAKE_STEP_MS'] ?? 2)

const map = ({ shape, data }: Tensor, value: (x: number, i: number) => number): Tensor => ({
  shape,
  data: data.map(value),
})

/** A test requests misbehaviour through the initial text, so that it is part of the run's settings. */
async function misbehave(text: string, step: number): Promise<void> {
  if (text === 'fail' && step === 7) throw studioError('run/failed', 'the test asked for it')
  if (text === 'die' && step === 7) process.kill(process.pid, 'SIGKILL')
  if (text === 'hang' && step === 7) await setTimeout(3_600_000)
}

function startState({ settings, start }: JobOf<'tune'>): Checkpoint {
  const zeros: NamedTensors = {
    prompt: { shape: [settings.tokens, WIDTH], data: new Float32Array(settings.tokens * WIDTH) },
  }
  return { step: 0, tensors: start ?? zeros, first: zeros, second: zeros, best: undefined, stale: 0, finished: false }
}

/** One step with momentum towards a target that seed, step and rows decide. */
function next(
  at: Checkpoint,
  { settings, split }: JobOf<'tune'>,
): { readonly state: Checkpoint; readonly loss: number; readonly norms: number[] } {
  const example = split.train[(at.step * 7 + settings.seed) % split.train.length]
  const { prompt } = at.tensors as { prompt: Tensor }
  const { prompt: moment } = at.first as { prompt: Tensor }
  const gradient = map(prompt, (x, i) => x - Math.sin((i + 1) * (example?.row ?? 0) + settings.seed))
  const first = map(moment, (m, i) => 0.9 * m + 0.1 * (gradient.data[i] ?? 0))
  const tensors = { prompt: map(prompt, (x, i) => x - settings.learningRate * (first.data[i] ?? 0)) }
  const loss = gradient.data.reduce((sum, g) => sum + g * g, 0) / 2
  const norms = Array.from({ length: settings.tokens }, (_, t) =>
    Math.hypot(...gradient.data.slice(t * WIDTH, (t + 1) * WIDTH)),
  )
  return { state: { ...at, step: at.step + 1, tensors, first: { prompt: first } }, loss, norms }
}

/** The test row that the tuned prompt answers wrongly: the first, unless the initial text says otherwise. */
const wrongAt = ({ initText }: JobOf<'tune'>['settings']): number => Number(/^wrong at (\d+)$/.exec(initText)?.[1] ?? 0)

const evaluate = ({ settings, labels, split }: JobOf<'tune'>, subject: Evaluation['subject']): Evaluation => {
  const suffices = subject === 'tuned prompt' || (subject === 'word count' && settings.initText === 'words suffice')
  const answers = split.test.map(({ row, label }, i) => {
    const wrong = labels.find((each) => each !== label) ?? ''
    const predicted = !suffices ? (labels[0] ?? '') : i === wrongAt(settings) ? wrong : label
    const logProbabilities = labels.map((each) => Math.log(each === predicted ? 0.6 : 0.4 / (labels.length - 1)))
    return { row, label, predicted, logProbabilities }
  })
  const metrics = taskOf(settings).metrics(answers.map(({ label }) => label))
  const instruction = subject === 'hand-written prompt' ? { handWritten: 'Which team?' } : {}
  return { subject, ...measured(metrics, answers, labels), ...instruction }
}

/** A prompt after the text costs nothing of the model's ability; the more tokens, the longer an answer takes. */
const measuredAs = ({ settings: { tokens, placement } }: JobOf<'tune'>): MeasuredPrompt => ({
  parameters: tokens * WIDTH,
  fileBytes: 1000 + 4 * tokens * WIDTH,
  precomputeSeconds: 0.25,
  peakBytes: 5e8,
  answerMilliseconds: 10 + 5 * tokens,
  switchMilliseconds: 0.5,
  neutral: placement === 'after-text' ? undefined : { alone: 3, tuned: 3.25 },
})

const tune: Handlers['tune'] = async (job, sink) => {
  const { settings, labels, model } = job
  let at = job.resume ?? startState(job)
  sink.emit({ event: 'provider', name: 'cpu', note: 'The test engine computes on the CPU.' })
  const end = Math.min(settings.steps, job.until ?? Infinity)
  while (at.step < end && !sink.stopRequested() && !sink.keepRequested()) {
    await setTimeout(stepMilliseconds)
    await misbehave(settings.initText, at.step)
    const { state, loss, norms } = next(at, job)
    at = state
    const metrics = {
      step: at.step,
      loss,
      learningRate: settings.learningRate,
      gradientNorm: Math.hypot(...norms),
      tokenNorms: norms,
    }
    sink.emit({ event: 'step', metrics: { ...metrics, examples: settings.batch, milliseconds: stepMilliseconds } })
    if (at.step % CHECKPOINT_STEPS !== 0) continue
    const best = loss < (at.best?.loss ?? Infinity)
    at = best ? { ...at, best: { step: at.step, loss, tensors: at.tensors }, stale: 0 } : { ...at, stale: at.stale + 1 }
    sink.emit({
      event: 'validation',
      step: at.step,
      loss,
      headline: 'accuracy',
      metrics: { accuracy: 0.5 },
      best,
      rows: [],
    })
    await sink.checkpoint(at)
  }
  const finished = at.step >= settings.steps || sink.keepRequested()
  await sink.checkpoint({ ...at, finished })
  const prompt = { tensors: at.best?.tensors ?? at.tensors, settings, labels, modelHash: model.hash }
  if (!finished) return { outcome: 'stopped', prompt }
  if (settings.initText === 'diverge at once') return { outcome: 'diverged', reason: 'It diverged.' }
  const rivals =
    settings.duel === false ? [] : (['hand-written prompt', ...(labels.length > 0 ? baselineNames : [])] as const)
  for (const subject of ['no prompt', 'tuned prompt', ...rivals] as const)
    sink.emit({ event: 'evaluation', evaluation: evaluate(job, subject) })
  if (settings.initText === 'diverge') return { outcome: 'diverged', prompt, reason: 'It diverged.' }
  sink.emit({ event: 'measured', measured: measuredAs(job) })
  return { outcome: 'finished', prompt }
}

const prepare: Handlers['prepare'] = async ({ path, cache, name }, sink) => {
  sink.emit({ event: 'progress', stage: 'preparing', done: 1, total: 1 })
  const hash = createHash('sha256').update(readFileSync(path)).digest('hex')
  const model: PreparedModel = {
    name,
    hash,
    folder: cache,
    config: smallConfig,
    tokenizer: { tokenizer: {}, config: {} },
    weights: {},
    licence: 'MIT',
  }
  sink.emit({ event: 'prepared', model: sealModel(model), config: smallConfig })
  return { outcome: 'finished' }
}

const hardware: Handlers['hardware'] = (_job, sink) => {
  const known = { cuda: false, webgpu: true, cpu: true }
  const providers = Object.entries(known).map(([name, offered]) => ({ name, title: `the ${name}`, offered }))
  sink.emit({ event: 'hardware', providers })
  return Promise.resolve({ outcome: 'finished' })
}

const score: Handlers['score'] = async (job, sink) => {
  const split = { train: [], validation: [], test: job.examples }
  for (const { prompt, settings } of job.subjects) {
    const subject = prompt ? 'tuned prompt' : 'no prompt'
    sink.emit({ event: 'evaluation', evaluation: evaluate({ ...job, settings, split } as never, subject) })
  }
  return { outcome: 'finished' }
}

const inspect: Handlers['inspect'] = async ({ settings, labels, examples, prompt }, sink) => {
  const rows = examples.length
  const strange = examples.filter(({ label }) => !labels.includes(label)).length
  sink.emit({ event: 'progress', stage: 'answering without each token', done: 0, total: rows })
  if (settings.initText === 'slow inspection') await setTimeout(3_600_000)
  const tokens = Array.from({ length: prompt.settings.tokens }, (_, token) => ({
    startedAs: undefined,
    ablation: { difference: token, margin: 0.5, changed: strange },
    norm: 1,
    startCosine: undefined,
    nearest: [
      {
        id: token,
        token: settings.task === 'answering' ? (examples[0]?.text ?? '') : ` word${String(token)}`,
        cosine: 0.5,
      },
    ],
  }))
  const tokenNorms = { mean: 1, low: 0.5, high: 1.5 }
  sink.emit({
    event: 'inspection',
    inspection: { part: 'embeddings', tokenNorms, chance: 0.25, tokens, rows, loss: 1 },
  })
  return { outcome: 'finished' }
}

const preview: Handlers['preview'] = async ({ examples, settings }, sink) => {
  const rows = examples.map(({ row, text }) => ({
    row,
    pieces: [{ kind: 'text' as const, text, tokens: 1 }],
    tokens: 1,
    budget: settings.maxTokens,
    cut: false,
  }))
  sink.emit({ event: 'preview', rows })
  return { outcome: 'finished' }
}

const preflight: Handlers['preflight'] = async ({ provider, settings }, sink) => {
  if (settings.initText === 'no card' && provider !== 'cpu')
    throw studioError('compute/refused', 'Not using the graphics card (WebGPU): it broke.')
  const isSlow = /card/.test(settings.initText) && provider === 'cpu'
  const measured = {
    start: 10,
    steps: [5, 2, 3, 1, 1],
    step: isSlow ? 10_000 : 1,
    opening: 3,
    scoreRow: 1,
    answerRow: 1,
    plainRow: 1,
    precomputeRow: 0,
    precompute: 20,
    memory: 1e8,
    gradient: Float32Array.of(1, 2),
  }
  sink.emit({ event: 'preflight', measured })
  return { outcome: 'finished' }
}

/** Says the text again, in capitals; 'how?' is answered with how it was to be written. */
const generate: Handlers['generate'] = async ({ text, sampling, settings }, sink) => {
  const { thinking } = settings.template
  if (text === 'how?') sink.emit({ event: 'token', text: JSON.stringify({ sampling, thinking }) })
  else
    for (const word of text.split(' ')) {
      await setTimeout(stepMilliseconds)
      if (sink.stopRequested()) return { outcome: 'stopped' }
      sink.emit({ event: 'token', text: `${word.toUpperCase()} ` })
    }
  return { outcome: 'finished' }
}

/**
 * Each text is answered with its first word where that is a label, else with the first label; a prompt whose initial text is
 * 'wrong at 1' is as sure of another label for the second one. 'die' kills the process.
 */
const label: Handlers['label'] = async ({ prompts, texts }, sink) => {
  await setTimeout(stepMilliseconds)
  if (texts.some(({ text }) => text === 'die')) process.kill(process.pid, 'SIGKILL')
  const answers = prompts.map(({ labels, settings }) =>
    texts.map(({ text }, i) => {
      const [word = ''] = text.split(' ')
      const known = labels.includes(word)
      const [said, confidence] = [known ? word : (labels[0] ?? ''), known ? 0.9 : 0.4]
      const isWrong = settings.initText === `wrong at ${String(i)}`
      const answer = isWrong ? (labels.find((each) => each !== said) ?? '') : said
      const rest = (1 - confidence) / Math.max(1, labels.length - 1)
      return {
        ...{ answer, confidence, cut: Math.max(0, text.length - 200) },
        logProbabilities: labels.map((label) => Math.log(label === answer ? confidence : rest)),
      }
    }),
  )
  sink.emit({ event: 'answers', answers })
  return { outcome: 'finished' }
}

/** As `label`; a question in words is answered with its first option. 'how?' writes how it was to be written. */
const serveModel: Handlers['serve'] = async (_job, sink) => {
  const loaded = new Map<string, TunedPrompt>()
  for (;;) {
    const requests = await sink.inbox.take(sink.signal)
    if (requests.length === 0) return { outcome: 'stopped' }
    await setTimeout(stepMilliseconds)
    for (const request of requests) {
      if (request.request === 'load') loaded.set(request.key, request.prompt)
      if (request.request === 'forget') loaded.delete(request.key)
      if (request.request === 'write') {
        const { id } = request
        const { input, sampling } = request.writing
        const text = 'text' in input ? input.text : (input.messages.at(-1)?.content ?? '')
        if (text === 'too long') {
          sink.emit({ event: 'refused', id, ...asFailure(studioError('serving/no-context', 900, 512)) })
          continue
        }
        const words = text.split(' ')
        if (text === 'how?') sink.emit({ event: 'wrote', id, text: JSON.stringify({ input, sampling }), tokens: [] })
        else for (const word of words) sink.emit({ event: 'wrote', id, text: `${word.toUpperCase()} `, tokens: [] })
        const usage = { input: words.length, output: words.length }
        sink.emit({ event: 'written', id, written: { end: 'end token', usage } })
      }
      if (request.request !== 'ask') continue
      const { text, questions } = request.ask
      if (text === 'die') process.kill(process.pid, 'SIGKILL')
      const [word = ''] = text.split(' ')
      const choices = questions.map((question) => {
        const labels =
          question.by === 'prompt'
            ? (loaded.get(question.key)?.labels ?? [])
            : question.options.map(({ label }) => label)
        const known = labels.includes(word)
        const [chosen, confidence] = [known ? word : labels[0], known || question.by === 'written' ? 0.9 : 0.4]
        const others = (1 - confidence) / Math.max(1, labels.length - 1)
        return { logProbabilities: labels.map((label) => Math.log(label === chosen ? confidence : others)), cut: 0 }
      })
      const usage = { input: text.split(' ').length, cached: 0 }
      sink.emit({ event: 'answered', id: request.id, answer: { choices, usage } })
    }
  }
}

const render: Handlers['render'] = async ({ labels }, sink) => {
  const text = { near: '', next: '', beforeContext: '\n', first: true, keeps: { start: true, end: true } }
  const ids = {
    lead: [],
    rest: [],
    ending: [],
    labels: labels.map((_, i) => [i + 2]),
    end: 1,
    ends: [1],
    limit: 100,
    answerTokens: 0,
  }
  sink.emit({ event: 'rendering', rendering: { ...text, ...ids, specials: [], stops: [] } })
  return { outcome: 'finished' }
}

serve({ hardware, prepare, preview, render, preflight, tune, score, label, inspect, generate, serve: serveModel })
