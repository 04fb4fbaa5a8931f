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
    message: (runs: number) => (runs === 1 ? 'A run is being tuned.' : `${String(runs)} runs are under way.`),
    detail:
      'If you close the studio now, what has been learned so far is kept, and you can resume from there the next time.',
    stay: 'Keep tuning',
    leave: 'Close the studio',
  },
  service: {
    message: 'The studio’s engine keeps stopping.',
    detail: (how: string) =>
      `Everything that was confirmed on screen is kept. Closing other programs to free memory may help. What it said last: ${how}`,
    again: 'Start it again',
    leave: 'Close the studio',
  },
  renderer: {
    message: 'The window keeps stopping.',
    detail: 'Runs go on in the background, and nothing that was confirmed on screen is lost.',
    again: 'Show it again',
    leave: 'Close the studio',
  },
  finished: (run: string) => `“${run}” is tuned`,
  failed: (run: string) => `“${run}” has stopped`,
} as const
