// The whole job, from the command to a prompt that answers nine rows in ten: ours with its defaults, and PEFT's two methods, each with two losses.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Evaluation } from '../main/contract/compute.ts'
import { sealModel } from '../main/compute/seal.ts'
import { createEncoder } from '../main/engine/evaluate/encode.ts'
import { defaultSettings } from '../main/engine/train/defaults.ts'
import { referencePython } from '../test/support/python-env.ts'
import { huggingFaceFolder } from './support/hf-folder.ts'
import { runJob } from './support/jobs.ts'
import { othersShare } from './support/machine.ts'
import { starterModel, threads } from './support/model.ts'
import { type Bench, type Findings, target } from './support/result.ts'
import { trecLabels, trecSplit } from './support/trec.ts'

const wanted = 0.9
const quietShare = 0.1
const script = fileURLToPath(new URL('peft_whole.py', import.meta.url))

/** What a PEFT user would choose; rates are the best of a few for each (1e-3 to 5e-2). */
const theirs = { learningRate: { prompt: 2e-2, prefix: 1e-2 }, steps: { prompt: 300, prefix: 300 }, judgeEvery: 25 }

/** How much faster it must be with each loss; PEFT is stopped where it has taken a little longer than that. */
const losses = { vocabulary: 8, labels: 5 } as const
const patience = 1.1

/** A line that PEFT's side writes: how well it does by now, and how long that took, one judging included. */
interface Progress {
  readonly step: number
  readonly accuracy: number
  readonly seconds: number
}

interface Contender {
  readonly method: 'prompt' | 'prefix'
  readonly loss: keyof typeof losses
  readonly progress: readonly Progress[]
}

export const whole: Bench = async ({ quick, say }) => {
  const model = await starterModel(say)
  const folder = await huggingFaceFolder(model)
  const all = trecSplit()
  const split = quick
    ? { train: all.train.slice(0, 40), validation: all.validation.slice(0, 10), heldOut: all.heldOut.slice(0, 20) }
    : all
  const settings = defaultSettings(quick ? { steps: 3 } : {}, trecLabels)
  const others = await othersShare(2000)
  let tuned: Evaluation | undefined
  const { seconds } = await runJob(
    {
      kind: 'tune',
      model: sealModel(model),
      settings,
      labels: trecLabels,
      split,
      resume: undefined,
      providers: ['cpu'],
      threads,
    },
    (event) => {
      if (event.event === 'evaluation' && event.evaluation.subject === 'tuned prompt') tuned = event.evaluation
    },
  )
  if (!tuned) throw new Error('Our run was not judged.')
  const ours = { seconds, accuracy: tuned.accuracy }
  say(`Ours: ${percent(ours.accuracy)} % in ${seconds.toFixed(0)} s`)

  const encoder = createEncoder(model, settings, trecLabels)
  const rowsOf = (rows: typeof split.train) =>
    rows.map(({ text, label }) => {
      const { before, text: middle, after } = encoder.row(text)
      return { ids: [...before, ...middle, ...after], label: trecLabels.indexOf(label) }
    })
  const job = {
    ...theirs,
    folder,
    threads,
    wanted,
    batch: settings.batch,
    start: encoder.tokenizer.encode(settings.initText).slice(0, settings.tokens),
    answers: trecLabels.map((label) => [...encoder.answer(label), encoder.end]),
    train: rowsOf([...split.train, ...split.validation]),
    heldOut: rowsOf(split.heldOut),
  }
  const scratch = mkdtempSync(join(tmpdir(), 'softprompt-bench-'))
  const contenders: Contender[] = []
  try {
    for (const [loss, factor] of Object.entries(losses) as [keyof typeof losses, number][])
      for (const method of ['prefix', 'prompt'] as const) {
        const path = join(scratch, `${method}-${loss}.json`)
        // Where the other method has come there already, this one is only of interest while it is faster.
        const reached = contenders.filter((other) => other.loss === loss).map(secondsTo)
        const limit = quick ? 5 : Math.min(patience * factor * seconds, ...reached)
        writeFileSync(path, JSON.stringify({ ...job, limit, ...(quick ? { steps: { prompt: 2, prefix: 2 } } : {}) }))
        contenders.push({ method, loss, progress: await runTheirs(path, method, loss, say) })
      }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  return findings(ours, contenders, others)
}

/** Seconds until it answered well enough; Infinity where it did not. */
const secondsTo = ({ progress }: Contender): number =>
  progress.find(({ accuracy }) => accuracy >= wanted)?.seconds ?? Infinity

async function runTheirs(path: string, method: string, loss: string, say: (line: string) => void): Promise<Progress[]> {
  const child = spawn(referencePython(), [script, path, method, loss], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: String(threads), OMP_WAIT_POLICY: 'passive', HF_HUB_OFFLINE: '1' },
  })
  const progress: Progress[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    const one = JSON.parse(line) as Progress
    progress.push(one)
    say(`PEFT ${method}, ${loss}: step ${String(one.step)}, ${percent(one.accuracy)} % in ${one.seconds.toFixed(0)} s`)
  }
  return progress
}

const percent = (share: number): string => (100 * share).toFixed(1)

function findings(
  ours: { readonly seconds: number; readonly accuracy: number },
  contenders: readonly Contender[],
  others: number,
): Findings {
  const last = ({ progress }: Contender): Progress => progress.at(-1) ?? { step: 0, accuracy: 0, seconds: 0 }
  const reached = (each: Contender): boolean => secondsTo(each) < Infinity
  return {
    title: 'The whole job, against PEFT',
    method:
      'TREC, 1,000 rows, the starter model, CPU. Ours is the default run from the start of its process to its last score, on all 500 test rows without and ' +
      'with the prompt. PEFT: prompt tuning, and prefix tuning that begins with the real keys and values of the same text, 16 virtual tokens, batch 16, ' +
      `AdamW with warm-up and cosine, from the start of Python until ${percent(wanted)} % of the test rows are right, judged every ${String(theirs.judgeEvery)} steps, of which one judging ` +
      'counts. It is stopped where it has lost by then, or where its other method was faster: "over" is then a lower bound.',
    table: {
      columns: ['who', 'loss over', 's', 'accuracy %', 'steps', 'times ours'],
      rows: [
        ['ours, defaults', 'the labels', ours.seconds.toFixed(0), percent(ours.accuracy), '–', '1'],
        ...contenders.map((each) => [
          `PEFT, ${each.method} tuning`,
          each.loss === 'labels' ? 'the labels' : 'the vocabulary',
          `${reached(each) ? '' : 'over '}${(reached(each) ? secondsTo(each) : last(each).seconds).toFixed(0)}`,
          percent(last(each).accuracy),
          String(last(each).step),
          `${reached(each) ? '' : 'over '}${(last(each).seconds / ours.seconds).toFixed(1)}`,
        ]),
      ],
    },
    targets: [
      target('our accuracy', 100 * ours.accuracy, '>=', 100 * wanted, ' %'),
      ...Object.entries(losses).map(([loss, factor]) => {
        const some = contenders.filter((each) => each.loss === loss)
        const best = Math.min(...some.map(secondsTo))
        const seconds = best < Infinity ? best : Math.min(...some.map((each) => last(each).seconds))
        return target(`times faster than PEFT's best, loss over the ${loss}`, seconds / ours.seconds, '>=', factor)
      }),
    ],
    doubts:
      others > quietShare ? [`other programs used ${percent(others)} % of the machine, so its times do not count`] : [],
    figures: { ours, contenders },
  }
}
