// Errors of labelling a table.
export const labellingErrors = {
  'label/running': (file: string) => `${file} is being labelled. Stop that first.`,
  'label/not-running': (file: string) => `${file} is not being labelled now.`,
  'label/failed': (file: string, why: string) => `Labelling ${file} has ended. ${why}`,
  'label/no-answers': (file: string) => `Nothing of ${file} is labelled yet. Start it first.`,
  'label/file-gone': (file: string) =>
    `The studio’s copy of ${file} is no longer there. Open the file again to label it or to save it.`,
  'label/no-data': (prompt: string) =>
    `The data set that ${prompt} was tuned on is not in this studio, so corrected rows cannot be added to it.`,
  'label/nothing-corrected': (file: string) => `No row of ${file} is corrected that the data set does not have yet.`,
  'label/few-labels': () => 'Name two labels at least, or choose the column with the answers that are known.',
  'label/too-many': (most: number) => `There are ${most} labels to choose among already. Merge some of them first.`,
  'label/no-choice': (prompt: string) => `${prompt} writes its answers, so there are no labels to choose among.`,
  'label/not-own': (label: string) =>
    `“${label}” is a label of the prompt itself. Rename it in the data set, and tune again.`,
  'label/unfinished': (file: string) => `${file} is not answered to its end yet. Resume it first.`,
  'label/several': (file: string) =>
    `Several prompts label ${file}. Open it with one of them to have its answers suggested.`,
  'label/no-labels': (answer: string, labels: readonly string[]) =>
    `“${answer}” is none of the labels: ${labels.join(', ')}.`,
  'label/same-file': (path: string) => `${path} is the file that is labelled. Choose another name for the result.`,
} satisfies Record<string, (...details: never[]) => string>
