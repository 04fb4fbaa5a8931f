// The folder that transformers loads: a model that a run has made, with a card and the template that it was tuned with.
import { join } from 'node:path'
import { howWell, templateLines } from './card.ts'
import type { Exported, FolderFiles } from './format.ts'
import { plainText } from './markdown.ts'

export interface ExportedModel extends Pick<Exported, 'name' | 'prompt' | 'figures'> {
  readonly model: { readonly folder: string; readonly hash: string }
  /** The name of the model that it was tuned from. */
  readonly base: string
  /** Names of the files in the model's folder. */
  readonly files: readonly string[]
}

export function modelFolder(exported: ExportedModel): FolderFiles {
  const { prompt, model, base, files } = exported
  const { template } = prompt.settings
  const meaning = { template, labels: prompt.labels, base_model: base, sha256: model.hash }
  return {
    ...Object.fromEntries(files.map((name) => [name, { copyOf: join(model.folder, name) }])),
    'softprompt.json': `${JSON.stringify(meaning, null, 2)}\n`,
    'README.md': card(exported),
  }
}

/** README.md, in the form of a Hugging Face model card. */
function card({ name, prompt, figures, base }: ExportedModel): string {
  return `---
base_model: ${JSON.stringify(base)}
library_name: transformers
pipeline_tag: text-generation
tags: [full-fine-tuning]
---

# ${plainText(name)}

A model of its own, tuned from ${plainText(base)} in Softprompt Studio: all of its weights were trained. It is in float32.

## How to use it

\`\`\`python
from transformers import AutoModelForCausalLM, AutoTokenizer
model = AutoModelForCausalLM.from_pretrained(FOLDER)
tokenizer = AutoTokenizer.from_pretrained(FOLDER)
\`\`\`

It answers best in the template that it was tuned with (also in \`softprompt.json\`):

${templateLines(prompt)}

## How well it does

${howWell(figures)}
`
}
