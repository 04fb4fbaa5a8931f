// Errors of exporting and opening prompt files.
export const exportErrors = {
  'export/not-empty': (folder: string) =>
    `${folder} already contains files. Choose a new or empty folder, so that nothing is overwritten.`,
  'export/foreign-file': (folder: string, name: string) =>
    `${folder} holds an export, and also ${name}, which is no part of it. Choose a new or empty folder, so that nothing is lost.`,
  'export/changed-file': (folder: string, name: string) =>
    `${name} in ${folder} was changed since it was exported. Choose a new or empty folder, so that nothing is lost.`,
  'export/cannot-write': (folder: string, why: string) =>
    `The prompt cannot be saved to ${folder}: ${why}. Choose another folder.`,
  'export/parts': (format: string) =>
    `This prompt has parts that ${format} cannot hold. Export it as a prompt file instead.`,
  'prompt/damaged': (file: string) => `${file} is damaged, or not a prompt file. Ask whoever sent it to send it again.`,
  'prompt/newer': (file: string) =>
    `${file} was made by a newer version of the studio. Update this one, then open the file again.`,
  'prompt/no-model': (file: string, model: string) =>
    `${file} was made for ${model}, and this studio has no model with exactly the same weights. Add that model under Models, then open the file again.`,
  'prompt/not-checked': (name: string) =>
    `"${name}" was not checked: its file records no answers of labels that this studio could compare with its own. Trust it as far as you trust where it came from.`,
  'prompt/other-answers': (file: string, model: string) =>
    `${file} does not answer here as it did where it was made, so it was not opened. Add ${model} again under Models, or ask for the file again.`,
} satisfies Record<string, (...details: never[]) => string>
