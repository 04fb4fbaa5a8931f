// Errors of taking a prompt away.
export const exportErrors = {
  'export/not-empty': (folder: string) =>
    `${folder} holds other files already. Choose a new or empty folder, so that nothing is overwritten.`,
  'export/cannot-write': (folder: string, why: string) =>
    `The prompt cannot be written to ${folder}: ${why}. Choose another folder.`,
  'prompt/damaged': (file: string) => `${file} is damaged, or no prompt file. Ask for it once more from where it came.`,
  'prompt/newer': (file: string) =>
    `${file} was made by a newer version of the studio. Update this one, then open the file again.`,
  'prompt/no-model': (file: string, model: string) =>
    `${file} was made for ${model}, and this studio has no model with the very same weights. Add that model under Models, then open the file again.`,
  'prompt/other-answers': (file: string, model: string) =>
    `${file} does not answer here as it did where it was made, so it was not taken in. Add ${model} once more under Models, or ask for the file again.`,
} satisfies Record<string, (...details: never[]) => string>
