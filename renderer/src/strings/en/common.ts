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
  resume: 'Resume',
  timeLeft: (time: string) => `${time} left`,
  disconnected: 'The studio does not answer. Reconnecting …',
  disconnectedHelp: 'Everything you confirmed is saved. If this message stays, restart the studio.',
  skip: 'Skip to the page',
  dropHere: 'Drop the file: a table of examples, a prompt file or a model file',
  runStates: {
    queued: 'Queued',
    running: 'Tuning',
    stopped: 'Paused',
    finished: 'Finished',
    failed: 'Failed',
    interrupted: 'Interrupted',
  } satisfies Record<RunState, string>,
} as const
