// Errors of base models: files that cannot be read, are of an unknown kind, or do not fit this computer.
import type { Told } from './remedy.ts'
import { size } from './size.ts'

/** Some names of a list that may be long. */
const some = (names: readonly string[]): string =>
  names.length > 8 ? `${names.slice(0, 8).join(', ')} and ${names.length - 8} more` : names.join(', ')

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
    version > 3
      ? `This GGUF file is of version ${version}; the studio reads versions 2 and 3. Update the studio, or choose an older copy of the model.`
      : `This GGUF file is of version ${version}; the studio reads versions 2 and 3. Download a newer copy of the model.`,
  'model/big-endian': () =>
    'This GGUF file was made for big-endian computers. Download the usual, little-endian file of the same model.',
  'model/empty-file': (file: string) => `${file} is empty. Download it again.`,
  'model/lfs-pointer': (file: string) =>
    `${file} is only a reference of Git LFS to the file, not the file itself. Run "git lfs pull" in its folder, or download the file from its page.`,
  'model/not-weights': (file: string, begins: string) =>
    `${file} is a text or a web page, not a model; it begins "${begins}". Download it again: some models can be downloaded only after you sign in.`,
  'model/other-format': (file: string, format: string, advice: string) =>
    `${file} is ${format}, which the studio does not read. ${advice}`,
  'model/quantised': (how: string) =>
    `The weights of this model are quantised ${how}, which is not supported. Choose its original weights (F32, F16 or BF16 safetensors), or the same model as GGUF.`,
  'model/adapter': (file: string, base: string) =>
    `${file} is an adapter (such as LoRA) for ${base === '' ? 'another model' : base}, not a model. Add the model itself; the adapter is then opened under Share.`,
  'model/projector': (file: string) =>
    `${file} holds only what translates images or sound for a model (mmproj). Add the model's own file instead.`,
  'model/part-missing': (files: readonly string[]) =>
    `The model is split, and these parts are missing beside the others: ${some(files)}. Download all parts into one folder.`,
  'model/renamed-part': (number: number, count: number) =>
    `This file is part ${number} of ${count} of a split model. Put all parts into one folder under their original names, which end in "-00001-of-${String(count).padStart(5, '0')}.gguf".`,
  'model/cut-parts': (file: string) =>
    `${file} is a piece of a file that was cut for downloading. Join all pieces, in order, to one file, and add that.`,
  'model/unfinished': (file: string) => `${file} is an unfinished download. Let it finish, or download it again.`,
  'model/which-file': (folder: string, names: readonly string[]) =>
    `${folder} holds several models. Choose one of them: ${some(names)}.`,
  'model/unasked-weight': (name: string, title: string) =>
    `The model has weights named ${name}, which models of the ${title} family do not have; without them it would give other answers. Choose another model, or another copy of this one.`,
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
  'model/starter-unreachable': (reasons: string) => ({
    message:
      'The starter model could not be downloaded. Connect to the internet and try again, or add a model file that you have.',
    details: reasons,
  }),
} satisfies Record<string, (...details: never[]) => Told>
