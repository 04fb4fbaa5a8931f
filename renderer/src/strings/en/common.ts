// Words that every page uses.
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
  timeLeft: (time: string) => `${time} left`,
  lost: 'The studio’s service does not answer. Trying to reach it again …',
  lostHelp: 'What you confirmed is kept. If this stays, start the studio again.',
  skip: 'Skip to the page',
  dropHere: 'Drop it anywhere: a table of examples, a prompt file or a model file',
} as const
