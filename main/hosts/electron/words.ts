// Every word that Electron itself shows: menus, questions and notifications.
export const words = {
  name: 'Softprompt Studio',
  file: 'File',
  open: 'Open examples or a model…',
  openTitle: 'Open a table of examples, a prompt or a model',
  openKinds: 'Tables of examples, prompts and models',
  openAll: 'All files',
  edit: 'Edit',
  view: 'View',
  window: 'Window',
  closing: {
    message: (runs: number) => (runs === 1 ? 'A run is in progress.' : `${String(runs)} runs are in progress.`),
    detail:
      'If you close the studio now, what has been learned so far is kept, and you can resume from there the next time.',
    stay: 'Keep tuning',
    leave: 'Close the studio',
  },
  service: {
    message: 'The studio’s engine keeps stopping.',
    detail: (how: string) =>
      `Everything that you confirmed is saved. Closing other programs to free memory may help. Its last message: ${how}`,
    again: 'Restart it',
    leave: 'Close the studio',
  },
  renderer: {
    message: 'The window keeps stopping.',
    detail: 'Runs continue in the background, and nothing that you confirmed is lost.',
    again: 'Reopen it',
    leave: 'Close the studio',
  },
  finished: (run: string) => `“${run}” is tuned`,
  failed: (run: string) => `“${run}” has stopped`,
} as const
