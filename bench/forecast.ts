// What a pre-flight foretells against what the whole run takes, over six kinds of run on the real model.
import { totalmem } from 'node:os'
import type { MeasuredSteps } from '../main/contract/compute.ts'
import type { TuneSettings } from '../main/contract/settings.ts'
import { sealModel } from '../main/compute/seal.ts'
import { defaultSettings } from '../main/engine/train/defaults.ts'
import { forecast } from '../main/service/forecast.ts'
import { runJob } from './support/jobs.ts'
import { othersShare } from './support/machine.ts'
import { starterModel, threads } from './support/model.ts'
import { type Bench, target } from './support/result.ts'
import { trecLabels, trecSplit } from './support/trec.ts'

const configurations: readonly (Partial<TuneSettings> & { readonly name: string })[] = [
  { name: 'defaults (prefix, after-text)' },
  { name: 'prompt, after-text', method: 'prompt', steps: 60 },
  { name: 'prompt, start', method: 'prompt', placement: 'start', steps: 30 },
  { name: 'prefix, start', placement: 'start', steps: 30 },
  { name: 'prompt, start, vocabulary', method: 'prompt', placement: 'start', loss: 'vocabulary', steps: 30 },
  { name: 'prompt, start, little memory', method: 'prompt', placement: 'start', memory: 'low', steps: 30 },
]
const rows = { train: 300, validation: 60, heldOut: 60 } as const
const quietShare = 0.1

export const forecastBench: Bench = async ({ quick, say }) => {
  const model = sealModel(await starterModel(say))
  const all = trecSplit()
  const split = {
    train: all.train.slice(0, rows.train),
    validation: all.validation.slice(0, rows.validation),
    heldOut: all.heldOut.slice(0, rows.heldOut),
  }
  const others = await othersShare(2000)
  const figures = []
  for (const { name, ...chosen } of quick ? configurations.slice(0, 1) : configurations) {
    const settings = defaultSettings({ ...chosen, ...(quick ? { steps: 3 } : {}) }, trecLabels)
    const common = { model, settings, labels: trecLabels, split, threads }
    let measured: MeasuredSteps | undefined
    await runJob({ ...common, kind: 'preflight', provider: 'cpu' }, (event) => {
      if (event.event === 'preflight') measured = event.measured
    })
    if (!measured) throw new Error('The pre-flight measured nothing.')
    const sizes = { train: split.train.length, validation: split.validation.length, heldOut: split.heldOut.length }
    const told = forecast({ settings, rows: sizes }, measured, totalmem())
    const ran = await runJob({ ...common, kind: 'tune', resume: undefined, providers: ['cpu'] }, () => undefined)
    const middle = (told.seconds[0] + told.seconds[1]) / 2
    figures.push({ name, told, ran, time: middle / ran.seconds, memory: told.memory / ran.peakBytes })
    say(
      `${name}: ${told.seconds.map((each) => each.toFixed(0)).join(' to ')} s told, ${ran.seconds.toFixed(0)} s taken`,
    )
  }
  return {
    title: 'What a pre-flight foretells',
    method:
      `TREC, ${String(rows.train)} rows, ${String(rows.validation)} to validate, ${String(rows.heldOut)} held out, CPU: the pre-flight of each run in a ` +
      'process of its own, then the run, from its start to its last score. Time: the middle of the range over the truth.',
    table: {
      columns: ['run', 'told s', 'taken s', 'middle / truth', 'told MiB', 'peak MiB', 'told / truth'],
      rows: figures.map(({ name, told, ran, time, memory }) => [
        name,
        told.seconds.map((each) => each.toFixed(0)).join(' to '),
        ran.seconds.toFixed(0),
        time.toFixed(2),
        (told.memory / 2 ** 20).toFixed(0),
        (ran.peakBytes / 2 ** 20).toFixed(0),
        memory.toFixed(2),
      ]),
    },
    targets: figures.flatMap(({ name, time, memory }) => [
      target(`time off by, ${name}`, 100 * Math.abs(time - 1), '<=', 20, ' %'),
      target(`memory off by, ${name}`, 100 * Math.abs(memory - 1), '<=', 15, ' %'),
    ]),
    doubts:
      others > quietShare
        ? [`other programs used ${(100 * others).toFixed(0)} % of the machine, so its times do not count`]
        : [],
    figures,
  }
}
