// Which setting matters: a sweep through the command line, killed on its way, and the same task on two base models.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Band, StudioEvent, SweepDetails, SweptConfiguration } from '../main/contract/service.ts'
import { inPercent } from '../main/contract/numbers.ts'
import { starterFile } from './support/model.ts'
import { root } from './support/paths.ts'
import { type Bench, type Findings, target } from './support/result.ts'
import { trecRows } from './support/trec.ts'

/** Rows of the table; the studio trains on three in five. */
const rows = 500
const vary = ['tokens=8,16,32', 'lr=0.02,0.05', 'init=text,random'] as const
const configurations = 12
/** Shares of all steps after which everything is killed, in turn. */
const killsAt = [0.2, 0.6] as const
const name = 'bench'
const isRun = /^bench\.\d+$/
const seeds = { full: 3, quick: 1 } as const

export const sweepBench: Bench = async ({ quick, say }) => {
  const size = quick ? 'quick' : 'full'
  const folder = mkdtempSync(join(tmpdir(), 'softprompt-bench-'))
  try {
    const table = join(folder, 'questions.csv')
    writeFileSync(table, csvOf(rows))
    const starter = await starterFile(say)
    const run = [
      table,
      '--text',
      'question',
      '--label',
      'kind',
      ...(quick ? ['--steps', '8', '--no-duel', '--eval', '12'] : []),
    ]
    const settings = await swept(join(folder, 'settings'), killsAt, say, [
      ...run,
      ...['--model', starter, ...vary.flatMap((each) => ['--vary', each])],
    ])
    const second = process.env['SOFTPROMPT_SECOND_MODEL']
    const models = second
      ? await swept(join(folder, 'models'), [], say, [
          ...run,
          ...['--vary', `model=${starter},${second}`, '--seeds', String(seeds[size])],
        ])
      : undefined
    return findings(settings, models)
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

const csvOf = (count: number): string =>
  ['question,kind', ...trecRows(count).map(({ text, label }) => `"${text.replaceAll('"', '""')}",${label}`)].join('\n')

interface Swept {
  readonly details: SweepDetails
  /** Step of all runs' at which each kill came. */
  readonly killed: readonly number[]
  /** Steps that a kill lost, and that were computed again. */
  readonly lost: number
  readonly seconds: number
}

/** A whole sweep in a home of its own: killed after such shares of its steps, and resumed. */
async function swept(
  home: string,
  kills: readonly number[],
  say: (line: string) => void,
  args: readonly string[],
): Promise<Swept> {
  const began = performance.now()
  const common = ['--home', home, '--json']
  let [at, lost] = [0, 0]
  let command = ['sweep', ...args, '--name', name, ...common]
  const killed: number[] = []
  for (;;) {
    const share = kills[killed.length] ?? Infinity
    const details = await untilKilled(command, (done, total) => {
      // The first step after a kill.
      if (at === killed.at(-1)) lost += Math.max(0, at + 1 - done)
      at = done
      return done >= share * total
    })
    const seconds = (performance.now() - began) / 1000
    if (details) return { details, killed, lost, seconds }
    killed.push(at)
    say(`Killed behind ${String(at)} steps.`)
    command = ['sweeps', name, '--resume', ...common]
  }
}

/** Kills the command with all its processes once `isOver` says so; gives the sweep's details where it ends before. */
async function untilKilled(
  command: readonly string[],
  isOver: (done: number, total: number) => boolean,
): Promise<SweepDetails | undefined> {
  const child = spawn(process.execPath, [join(root, 'main/hosts/cli/softprompt.ts'), ...command], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // A process group of its own, to be killed as one.
    detached: true,
  })
  const ended = once(child, 'close')
  let [details, killed]: [SweepDetails | undefined, boolean] = [undefined, false]
  for await (const line of createInterface({ input: child.stdout })) {
    // The last line may be half a one.
    if (killed) continue
    const event = JSON.parse(line) as StudioEvent | ({ readonly event: 'result' } & SweepDetails)
    // Preparing a model reports progress, too.
    if (event.event === 'progress' && isRun.test(event.stage) && isOver(event.done, event.total)) {
      killed = true
      process.kill(-(child.pid as number), 'SIGKILL')
    }
    if (event.event === 'result') details = event
  }
  await ended
  if (!killed && !details) throw new Error(`The command ended without a result: ${command.join(' ')}`)
  return killed ? undefined : details
}

const bandOf = (band: Band | undefined): string =>
  band ? `${inPercent(band.mean, 1)} (${inPercent(band.low, 1)} to ${inPercent(band.high, 1)})` : '–'
const placeOf = ({ rank }: SweptConfiguration): string =>
  rank ? (rank[0] === rank[1] ? String(rank[0]) : `${String(rank[0])} to ${String(rank[1])}`) : '–'

const tableOf = (what: string, { details }: Swept): string[][] => [
  ...details.configurations.map((each, i) => [
    i === 0 ? what : '',
    Object.entries(each.values)
      .map(([name, value]) => `${name} ${String(value)}`)
      .join(', '),
    each.fate,
    bandOf(each.early),
    bandOf(each.test),
    placeOf(each),
  ]),
  ...details.factors.map(({ sentence }) => ['', sentence, '', '', '', '']),
  ['', details.sentence, '', '', '', ''],
]

function findings(settings: Swept, models: Swept | undefined): Findings {
  const { train, validation, test } = settings.details.rows
  const whole = settings.details.configurations.filter(({ fate }) => fate !== 'failed')
  return {
    title: 'A sweep, killed twice on its way, and two base models',
    method:
      `TREC, ${String(rows)} rows, split into ${String(train)} for training, ${String(validation)} for validation and ${String(test)} for testing. Twelve combinations by ` +
      'successive halving through the command line, on the starter model, CPU; kill -9 of all its processes after ' +
      `${settings.killed.join(' and ')} of ${String(settings.details.summary.steps)} steps, then \`sweeps --resume\`; ${String(settings.lost)} steps were computed twice; ` +
      `${settings.seconds.toFixed(0)} s in all. ${models ? `The same rows on two base models, ${models.seconds.toFixed(0)} s. ` : ''}Accuracy in %, with 95 % intervals.`,
    table: {
      columns: ['sweep', 'combination', 'outcome', 'validation %', 'test %', 'rank'],
      rows: [...tableOf('settings', settings), ...(models ? tableOf('base models', models) : [])],
    },
    targets: [
      target('combinations of settings that could be run', whole.length, '>=', configurations),
      target('kills', settings.killed.length, '>=', 2),
      target(
        'base models that finished',
        (models?.details.configurations ?? []).filter(({ fate }) => fate === 'finished').length,
        '>=',
        2,
      ),
    ],
    doubts: models ? [] : ['SOFTPROMPT_SECOND_MODEL names no second base model'],
    figures: { settings, models },
  }
}
