// Errors of runs, of the processes behind them, and of the command line.
import type { Told } from './remedy.ts'

export const runErrors = {
  'run/failed': (why: string) => `The work stopped because of an unexpected error: ${why}.`,
  'run/crashed': (how: string, saved: string) =>
    `The compute process ended unexpectedly (${how}). ${saved} If it happens again, close other programs to free memory, or choose a smaller batch.`,
  'run/orphaned': (saved: string) =>
    `The studio was closed or crashed during this run. ${saved} Resume it to continue.`,
  'run/already-running': (run: string) => `Run "${run}" is already queued or running.`,
  'run/already-finished': (run: string) => `Run "${run}" is finished: there is nothing to resume.`,
  'run/diverged': (run: string) =>
    `Run "${run}" diverged, and would again from where it was. Start a new run with a lower learning rate.`,
  'run/not-running': (run: string) => `Run "${run}" is not running.`,
  'run/nothing-learned': (run: string) =>
    `Run "${run}" has not taken a step yet, so there is nothing to keep. Resume it.`,
  'run/no-prompt': (run: string) => `Run "${run}" has no tuned prompt yet. Resume it first.`,
  'run/model-removed': (run: string) => `The model that run "${run}" made was removed. Tune again to have it back.`,
  'run/no-tokens': (run: string) =>
    `Run "${run}" changed the weights of the model themselves, and its result is a model of its own: there are no virtual tokens or adapters to look at.`,
  'run/no-advice': (run: string, number: number, count: number) =>
    count === 0
      ? `There is no advice for run "${run}": nothing measured in it calls for a change.`
      : `There is no advice ${String(number)} for run "${run}": it has ${String(count)}.`,
  'run/no-change': (number: number) =>
    `Advice ${String(number)} changes no setting, so there is no run to start from it.`,
  'run/other-rows': (run: string) =>
    `Run "${run}" was tuned on another version of the data, so its rows cannot be used again. Choose its version, or start without it.`,
  'run/other-model': (run: string, model: string) =>
    `The model "${model}" has changed since run "${run}" was tuned on it. Add the original model again, or start a new run.`,
  'run/no-column': (data: string, column: string, columns: readonly string[]) =>
    `${data} has no column "${column}". Its columns are: ${columns.join(', ')}.`,
  'run/no-known-labels': (run: string, labels: readonly string[]) =>
    `No row of the file has one of the labels that run "${run}" knows: ${labels.join(', ')}.`,
  'run/no-model': () => ({
    message: 'There is no model yet. Get the starter model, or add your own.',
    remedy: { kind: 'starter' as const },
  }),
  'run/starter-missing': () => ({
    message: 'The starter model has not been downloaded yet.',
    remedy: { kind: 'starter' as const },
  }),
  'run/unknown-model': (name: string, names: readonly string[]) =>
    names.length === 0
      ? `There is no model "${name}".`
      : `There is no model "${name}". Choose one of them: ${names.join(', ')}; or give the path of a model, or "starter" for the starter model.`,
  'run/which-model': (names: readonly string[]) => `There are several models; choose one of them: ${names.join(', ')}.`,
  'run/rows-learned': (rows: number, all: number) =>
    `${rows === 1 ? '1 of these rows was' : `${rows} of these ${all} rows were`} learned from when the prompt was tuned: the figures are better than on new rows.`,
  'run/rows-left-out': (rows: number, labels: readonly string[]) =>
    `${String(rows)} rows are left out, because their label is none of: ${labels.join(', ')}.`,
  'run/bad-input': (where: string, why: string) => `${where}: ${why}.`,
  'run/service-silent': (home: string, pid: string) =>
    `Another program (process ${pid}) uses the studio's folder ${home} but does not answer. Close it, or choose another folder.`,
  'run/service-closed': () =>
    'The studio that was doing this work has closed. What it had saved is safe: open it again and resume.',
  'run/protocol': (theirs?: string) =>
    `A studio of another version${theirs === undefined ? '' : ` (${theirs})`} is using the same folder. Close it, or choose another folder.`,
  'run/unreadable': () =>
    'A message between two of the studio’s programs could not be read, so this was not done. Try again; if it happens again, restart the studio.',
  'run/too-large': () =>
    'This is too large to pass between the studio’s programs at once, so it was not done. Choose fewer rows, or shorter ones.',
  'run/not-scored': (run: string) => `Run "${run}" has not been evaluated on a test set. Let it finish first.`,
  'run/other-data': (run: string, other: string) =>
    `Runs "${run}" and "${other}" were tuned on different data sets, so their rows cannot be compared.`,
  'run/no-common-rows': (run: string, other: string) =>
    `Runs "${run}" and "${other}" were evaluated on different test rows. Tune both on the same version with the same random seed.`,
  'run/no-window': () => 'The window has not been built. Start the studio with npm start, which builds it.',
  'run/port-taken': (port: number) =>
    `Port ${String(port)} is used by another program. Close that program, or leave the port out.`,
  'run/no-port': (text: string) => `"${text}" is not a port. Give a number from 1 to 65535, or leave the port out.`,
  'run/no-folder': (path: string) => `${path} is no folder. Name a folder that exists, or leave --allow out.`,
  'sweep/nothing': () =>
    'None of these combinations can be run: a prefix stands at the start or after the text. Choose another placement or method.',
  'sweep/no-comparison': (sweep: string) =>
    `"${sweep}" does not compare methods: something else differs between its runs. Look at it as a sweep.`,
  'sweep/which': () => 'Say which sweep.',
  'sweep/too-many': (runs: number, max: number) =>
    `That would be ${String(runs)} runs; at most ${String(max)} are possible. Choose fewer values or fewer seeds.`,
  'sweep/already-running': (sweep: string) => `"${sweep}" is already running.`,
  'sweep/already-finished': (sweep: string) => `"${sweep}" is finished: there is nothing to resume.`,
  'sweep/not-running': (sweep: string) => `"${sweep}" is not running.`,
  'sweep/run-stopped': (run: string) => `It is waiting because its run "${run}" was stopped. Resume it to continue.`,
  'run/cancelled': () => 'Cancelled.',
} satisfies Record<string, (...details: never[]) => Told>
