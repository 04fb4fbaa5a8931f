// The machine that a bench ran on, and how much of it others were using.
import { percent } from '../../main/contract/numbers.ts'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, platform, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { root } from './paths.ts'

/** What a result is worth only together with. */
export function describeMachine() {
  const ort = readFileSync(join(root, 'node_modules/onnxruntime-node/package.json'), 'utf8')
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Number((totalmem() / 2 ** 30).toFixed(1)),
    system: `${platform()} ${release()}`,
    node: process.version,
    onnxruntime: (JSON.parse(ort) as { readonly version: string }).version,
  }
}

/** The commit in use, marked where tracked files differ from it. */
export function commitInUse(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
  const changed = git('status', '--porcelain', '--untracked-files=no', '--', 'main', 'package-lock.json') !== ''
  return `${git('rev-parse', '--short=12', 'HEAD')}${changed ? ' with changes' : ''}`
}

/** Share of all cores (0 to 1) that is busy while this process waits: other programs' work. */
export async function othersShare(milliseconds = 500): Promise<number> {
  const before = ticks()
  await setTimeout(milliseconds)
  const after = ticks()
  return (after.busy - before.busy) / Math.max(1, after.all - before.all)
}

/** More of the machine than this in others' hands, and times say little. */
const quietShare = 0.1

/** Why times do not count where other programs used this share of the machine; empty where they left it alone. */
export const busyDoubts = (others: number): readonly string[] =>
  others > quietShare ? [`other programs used ${percent(others)} of the machine, so its times do not count`] : []

function ticks(): { readonly busy: number; readonly all: number } {
  let [busy, all] = [0, 0]
  for (const { times } of cpus()) {
    const sum = times.user + times.nice + times.sys + times.irq + times.idle
    all += sum
    busy += sum - times.idle
  }
  return { busy, all }
}
