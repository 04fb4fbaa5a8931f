// Errors of the compute process: what the machine or ONNX Runtime could not do.
export const computeErrors = {
  'compute/out-of-memory': () =>
    'There is not enough memory for this. Choose a smaller batch or shorter rows, close other programs, or take a smaller model.',
  'compute/weights-file': () =>
    'The prepared weights of this model are missing or damaged on disk. Add the model again to prepare them afresh.',
  'compute/device-lost': () =>
    'The graphics card stopped answering. Resume the run, or choose the CPU in the settings if it happens again.',
  'compute/silent': (seconds: number) =>
    `The model did not answer within ${String(seconds)} seconds, so this was ended. If it happens again, its chat template or tokenizer is made so that it never ends: choose a plain template, or another model.`,
  'compute/refused': (note: string) => note,
  'compute/defect': (why: string) =>
    `ONNX Runtime could not compute the network (${why}). This is a bug in the studio: please report it with this sentence.`,
} satisfies Record<string, (...details: never[]) => string>
