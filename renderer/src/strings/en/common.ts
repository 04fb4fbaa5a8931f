// Texts that every page uses.
import type { RunState } from '../../../../main/contract/records.ts'

export const common = {
  product: 'Softprompt Studio',
  loading: 'Loading …',
  failed: 'That did not work',
  tryAgain: 'Try again',
  cancel: 'Cancel',
  close: 'Close',
  save: 'Save',
  remove: 'Remove',
  rename: 'Rename',
  undo: 'Undo',
  restore: 'Restore',
  toTrash: 'Move to trash',
  trash: 'Trash',
  trashed: (names: readonly string[]) =>
    `${names.length === 1 ? `${names[0] ?? ''} was` : `${String(names.length)} were`} moved to the trash.`,
  working: 'Working',
  details: 'Details',
  getStarter: 'Get the starter model',
  toPrivacy: 'Open Privacy',
  changes: (count: number) => `(${String(count)} in a row)`,
  resume: 'Resume',
  timeLeft: (time: string) => `${time} left`,
  waitsFor: (run: string) => `“${run}” is running: this waits for its share of the processor.`,
  started: (when: string) => `started ${when}`,
  ended: (when: string) => `ended ${when}`,
  disconnected: 'The studio does not answer. Reconnecting …',
  disconnectedHelp: 'Everything you confirmed is saved. If this message stays, restart the studio.',
  keyless: 'This window has no key to the studio.',
  keylessHelp:
    'The studio has been started again, or this address was typed by hand. Open the address that the studio printed when it started; this window then goes on by itself.',
  refusedHelp: 'The window tries again by itself. If this message stays, reload the window, or restart the studio.',
  skip: 'Skip to the page',
  dropHere: 'Drop the file: a table of examples, a prompt file or a model file',
  severalTables: (tables: string) =>
    `These are several tables: ${tables}. Bring one at a time, if you like with the README.md that names its labels.`,
  severalFolders: 'Drop one folder at a time, and nothing beside it.',
  noTable: (folder: string) =>
    `${folder} holds no table that the studio can read. Add the folder of a model under Models, and open that of a prompt under Share.`,
  runStates: {
    queued: 'Queued',
    running: 'Tuning',
    stopped: 'Paused',
    finished: 'Finished',
    diverged: 'Diverged',
    failed: 'Failed',
    interrupted: 'Interrupted',
  } satisfies Record<RunState, string>,
} as const
