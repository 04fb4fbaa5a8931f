// Errors of taking a prompt away.
export const exportErrors = {
  'export/not-empty': (folder: string) =>
    `${folder} holds other files already. Choose a new or empty folder, so that nothing is overwritten.`,
  'export/cannot-write': (folder: string, why: string) =>
    `The prompt cannot be written to ${folder}: ${why}. Choose another folder.`,
} satisfies Record<string, (...details: never[]) => string>
