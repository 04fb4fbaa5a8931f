// Errors of base models: files that cannot be read, are of an unknown kind, or do not fit this computer.
const size = (bytes: number): string =>
  bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(bytes < 1e10 ? 1 : 0)} GB`

export const modelErrors = {
  'model/not-found': (path: string) => `There is no model at ${path}. Check the path.`,
  'model/unknown-kind': (path: string) =>
    `${path} is not a model this studio can read. Choose a .gguf file, or a folder with config.json, tokenizer.json and .safetensors files.`,
  'model/damaged': (why: string) => `The model file is damaged or incomplete: ${why}. Download it again.`,
  'model/missing-file': (file: string) => `The model's folder has no ${file}. Download the whole folder again.`,
  'model/missing-weight': (name: string) =>
    `The model file has no weights ${name}. Download it again, or choose another model.`,
  'model/wrong-shape': (name: string, found: string, wanted: string) =>
    `The weights ${name} have the shape ${found} where ${wanted} was expected. Choose another model file.`,
  'model/gguf-version': (version: number) =>
    `This GGUF file is of version ${version}; the studio reads versions 2 and 3. Download a newer copy of the model.`,
  'model/unsupported-family': (name: string, known: string) =>
    `Models of the family "${name}" are not supported. Supported families: ${known}.`,
  'model/unsupported-type': (name: string, type: string) =>
    `The weights ${name} are stored as ${type}, which is not supported. Choose a file with F32, F16, BF16, Q8_0, Q6_K, Q5 or Q4 weights.`,
  'model/unsupported-feature': (feature: string) =>
    `This model uses ${feature}, which is not supported. Choose another model.`,
  'model/disk-full': (needed: number, free: number) =>
    `Preparing this model needs ${size(needed)} of disk space, and only ${size(free)} are free. Free some space, or choose another folder.`,
  'model/memory': (needed: number, allowed: number) =>
    `This model needs ${size(needed)} of memory for its weights; on this computer at most ${size(allowed)} can be used. Choose a smaller model.`,
  'model/no-origin': (name: string) =>
    `The studio does not know which file ${name} came from. Add the model again, then choose its precision again.`,
  'model/changed': (path: string, name: string) =>
    `The file at ${path} has changed since ${name} was added from it. Add it under another name.`,
  'model/starter-unreachable': (reasons: string) =>
    `The starter model could not be downloaded (${reasons}). Connect to the internet and try again, or set SOFTPROMPT_MODEL to a copy of it.`,
} satisfies Record<string, (...details: never[]) => string>
