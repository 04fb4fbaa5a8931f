// The model card of an exported prompt: what it is for, its figures, and how to use it.
import { fieldOf, namesOf } from '../../contract/metrics.ts'
import type { StartPrompt, TaskName } from '../../contract/settings.ts'
import { starter } from '../../contract/starter.ts'
import { methodInText } from '../../contract/words/settings.ts'
import { subjectWords } from '../../contract/words/subjects.ts'
import { percent } from '../../contract/numbers.ts'
import type { Exported } from './format.ts'
import { code, plainText } from './markdown.ts'
import { type Loader, usageOf } from './usage.ts'

/** The model's name on Hugging Face, where it is known. */
export const baseName = ({ name }: Exported['model']): string => (name === starter.name ? starter.repository : name)

/** README.md, in the form of a Hugging Face model card; `by` is what loads the prompt. */
export function card(exported: Exported, by: Loader): string {
  const { name, model, prompt, figures } = exported
  const base = baseName(model)
  const { settings } = prompt
  const { method, tokens, from, folds } = settings
  return `---
base_model: ${JSON.stringify(base)}
${by === 'peft' ? 'library_name: peft\n' : ''}pipeline_tag: text-generation
tags: [${tokens > 0 ? 'soft-prompt' : 'adapter'}, ${method}]
---

# ${plainText(name)}

${tokens > 0 ? `A soft prompt of ${tokens} virtual tokens` : 'An adapter'} for ${plainText(base)}, made by ${methodInText(method)} in Softprompt Studio. The base model
itself is unchanged; the file that it was tuned on has the SHA-256 ${model.hash}.${from ? `\n\n${startedFrom(from)}` : ''}

## How to use it

${usageOf(exported, by)}

${tokens > 0 ? 'The virtual tokens work only in the template that they were' : 'The adapter works only in the template that it was'} tuned with (also in \`${by === 'studio' ? 'manifest.json' : 'softprompt.json'}\`):

${templateLines(prompt)}

## How well it does

${howWell(figures)}${figures.length > 0 && (folds ?? 0) > 0 ? crossValidated : ''}
`
}

/** What a prompt's texts and answers look like, as a list. */
export function templateLines({ settings, labels }: Pick<Exported['prompt'], 'settings' | 'labels'>): string {
  const { template, task = 'classification' } = settings
  return `- kind: ${template.kind}
- text: ${code(template.body)}
- instruction: ${code(template.instruction)}
- before the answer: ${code(template.answerPrefix)}
- task: ${taskWords[task]}
- answers: ${labels.length === 0 ? 'written freely' : labels.map(code).join(', ')}`
}

/** A table of figures; a sentence where there are none. */
export const howWell = (figures: Exported['figures']): string =>
  figures.length === 0 ? 'It has not been evaluated on a test set.' : tableOf(figures)

/** The prompt itself has learned from the rows of its figures. */
const crossValidated =
  '\n\nThese rows were answered by other prompts, each tuned in the same way without the rows that it answered (cross-validation); this one was tuned on all of them.'

const startedFrom = ({ name, sha256 }: StartPrompt): string =>
  `It was tuned on from another prompt of the same base model, ${plainText(name)} (SHA-256 of its numbers: ${sha256}).`

function tableOf(figures: Exported['figures']): string {
  const names = namesOf(figures)
  const rows = figures.map(({ subject, metrics, rows }) => [
    ...[subject, ...names.map((name) => (metrics[name] === undefined ? '' : percent(metrics[name], 1)))],
    String(rows),
  ])
  // A field may have any name.
  const head = ['', ...names.map((name) => (fieldOf(name) === undefined ? name : plainText(name))), 'test rows']
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `|${cells.map((cell) => (cell === '' ? ' ' : ` ${cell} `)).join('|')}|`)
    .join('\n')
    .concat(figures.map(explained).join(''))
}

/** What a person may not know, under the table. */
function explained({ subject }: Exported['figures'][number]): string {
  const { name, help } = subjectWords[subject]
  return help === undefined ? '' : `\n\n${name}: ${help}`
}

const taskWords: { readonly [T in TaskName]: string } = {
  classification: 'choose the likeliest of some labels for a text',
  generation: 'write the text, or the fields, that belong to a text',
  answering: 'answer a question; what it is about stands behind it, on a line of its own that begins with "Context: "',
}
