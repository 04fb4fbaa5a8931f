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
  page: {
    message: 'The window could not be loaded.',
    detail: (why: string) =>
      `Runs continue in the background, and nothing that you confirmed is lost. Try again; if it happens again, install the studio anew. What Electron says: ${why}`,
    again: 'Try again',
    leave: 'Close the studio',
  },
  taking: {
    message: (names: readonly string[]) =>
      names.length === 1
        ? `Open “${names[0] ?? ''}” in the studio?`
        : `Open ${String(names.length)} files in the studio?`,
    copies: 'The studio keeps a copy of what it opens.',
    models: 'A model takes up to four times its size on disk.',
    take: 'Open',
    leave: 'Not now',
  },
  restricted: {
    message: 'This folder cannot be written to as a whole.',
    detail: (path: string) =>
      `The system protects ${path}. Choose a folder inside it, or make a new one there, and nothing else in it is touched.`,
    again: 'Choose another folder',
    leave: 'Cancel',
  },
  unsandboxed: {
    message: 'This system does not let the window be shut off from the rest of the computer.',
    detail:
      'It forbids what Chromium’s sandbox is made of (unprivileged user namespaces). Install the studio from its .deb file, which brings the permission along, or open it without this protection: it shows its own pages only.',
    leave: 'Close the studio',
    open: 'Open without it',
  },
  finished: (run: string) => `“${run}” is tuned`,
  failed: (run: string) => `“${run}” has stopped`,
} as const
