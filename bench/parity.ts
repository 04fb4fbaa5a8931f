// The loss curve on the real model against PEFT run live: same float32 weights, first values, rows and order.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createEncoder } from '../main/engine/evaluate/encode.ts'
import { createRandom } from '../main/engine/random.ts'
import { defaultSettings } from '../main/engine/train/defaults.ts'
import { huggingFaceFolder, rowsOf } from './support/hf-folder.ts'
import { type JobRow, plainStep, type StepJob } from './support/job.ts'
import { starterModel, threads } from './support/model.ts'
import { inScratch } from './support/scratch.ts'
import { type Bench, target } from './support/result.ts'
import { startOurs, startTheirs } from './support/contenders.ts'
import { trecLabels, trecSplit } from './support/trec.ts'
import { referencePython } from '../test/support/python-env.ts'

const tokens = 16
const batch = 8
const learningRate = 1e-2
const steps = 50
const early = 10

export const parity: Bench = async ({ quick, say }) => {
  const model = await starterModel(say)
  const settings = defaultSettings(
    { method: 'prompt-tuning', placement: 'start', loss: 'vocabulary', tokens },
    trecLabels,
  )
  const encoder = createEncoder(model, settings, trecLabels)
  const count = quick ? 2 : steps
  const examples = createRandom(3)
    .shuffle([...trecSplit().train])
    .slice(0, count * batch)
  const rows = examples.map(({ text, label }): JobRow => {
    const { before, text: body, after } = encoder.row(text)
    const answer = [...encoder.answer(label), encoder.end]
    return { ids: [...before, ...body, ...after, ...answer], labels: answer.length }
  })
  const batches = Array.from({ length: count }, (_, i) => rows.slice(i * batch, (i + 1) * batch))
  const start = encoder.tokenizer.encodeWithSpecials(settings.initText)
  const prompt = await rowsOf(
    model,
    'model.embed_tokens.weight',
    Array.from({ length: tokens }, (_, i) => start[i % start.length] ?? 0),
  )
  const job: StepJob = {
    model,
    folder: await huggingFaceFolder(model),
    prompt,
    tokens,
    batches,
    threads,
    ...plainStep,
    learningRate,
  }
  const { ours, theirs } = await curves(job, count, say)
  const apart = ours.map((loss, i) => Math.abs(loss - (theirs[i] ?? NaN)))
  const worst = (first: number): number => Math.max(...apart.slice(0, first))
  const sampled = ours.map((_, i) => i).filter((i) => i < 3 || (i + 1) % early === 0)
  return {
    title: "The loss curve of SmolLM2-135M against PEFT's",
    method:
      `Prompt tuning at the start, ${tokens} virtual tokens from text, TREC rows, batch ${batch}, loss over the vocabulary, AdamW at ` +
      `${learningRate}, float32. Both read the same token ids in the same order, from the same weights and first values.`,
    table: {
      columns: ['step', 'ours', 'PEFT', 'apart'],
      rows: sampled.map((i) => [
        String(i + 1),
        (ours[i] ?? NaN).toFixed(5),
        (theirs[i] ?? NaN).toFixed(5),
        (apart[i] ?? NaN).toExponential(1),
      ]),
    },
    targets: [
      target(`largest difference in ${Math.min(early, count)} steps`, worst(early), '<=', 1e-3),
      target(`largest difference in ${count} steps`, worst(steps), '<=', 1e-2),
    ],
    doubts: [],
    figures: { ours, theirs, apart },
  }
}

/** One after the other: two at once would only wait for each other. */
const curves = (job: StepJob, count: number, say: (line: string) => void) =>
  inScratch(async (scratch) => {
    const path = join(scratch, 'job.json')
    writeFileSync(path, JSON.stringify(job))
    const curve = async (who: string, worker: ReturnType<typeof startOurs>): Promise<readonly number[]> => {
      try {
        const { losses } = await worker.steps(count)
        say(`${who}: loss ${losses[0]?.toFixed(4) ?? ''} to ${losses.at(-1)?.toFixed(4) ?? ''} in ${count} steps`)
        return losses
      } finally {
        await worker.close()
      }
    }
    const ours = await curve('ours', startOurs(path, job.threads))
    const theirs = await curve('PEFT', startTheirs(referencePython(), path, 'float32', 'sleeping', job.threads))
    return { ours, theirs }
  })
