// The model card of an exported prompt: what it is for, its figures, and how to use it.
import { fieldOf, namesOf } from '../../contract/metrics.ts'
import type { Placement, TaskName } from '../../contract/settings.ts'
import { starter } from '../../contract/starter.ts'
import { methodWords } from '../../contract/words/settings.ts'
import { percent } from '../../contract/numbers.ts'
import type { Exported } from './format.ts'
import { code, plainText } from './markdown.ts'

/** The model's name on Hugging Face, where it is known. */
export const baseName = ({ name }: Exported['model']): string => (name === starter.name ? starter.repository : name)

/** README.md, in the form of a Hugging Face model card; `by` is what loads the prompt. */
export function card({ name, model, prompt, figures }: Exported, by: 'peft' | 'studio'): string {
  const base = baseName(model)
  const { settings, labels } = prompt
  const { method, placement, tokens, template } = settings
  const { task = 'classification' } = settings
  return `---
base_model: ${JSON.stringify(base)}
${by === 'peft' ? 'library_name: peft\n' : ''}pipeline_tag: text-generation
tags: [soft-prompt, ${method}]
---

# ${plainText(name)}

A soft prompt${tokens > 0 ? ` of ${tokens} virtual tokens` : ''} for ${plainText(base)}, made by ${methodWords(method).name.toLowerCase()} in Softprompt Studio. The base model
itself is unchanged; the file that it was tuned on has the SHA-256 ${model.hash}.

## How to use it

${by === 'studio' ? opening : usage[placement]}

The virtual tokens work only in the template that they were tuned with (also in \`${by === 'peft' ? 'softprompt.json' : 'manifest.json'}\`):

- kind: ${template.kind}
- text: ${code(template.body)}
- instruction: ${code(template.instruction)}
- before the answer: ${code(template.answerPrefix)}
- task: ${tasks[task]}
- answers: ${labels.length === 0 ? 'written freely' : labels.map(code).join(', ')}

## How well it does

${figures.length === 0 ? 'It has not been evaluated on a test set.' : tableOf(figures)}
`
}

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
}

const tasks: { readonly [T in TaskName]: string } = {
  classification: 'choose the likeliest of some labels for a text',
  generation: 'write the text, or the fields, that belong to a text',
  answering: 'answer a question; what it is about stands behind it, on a line of its own that begins with "Context: "',
}

const opening =
  'Open the file in Softprompt Studio: under Share, or by dropping it on the window. It needs the base model there.'

const script = `\`\`\`
python apply.py "a text"
python apply.py --jsonl FILE
python apply.py --check
\`\`\`

It chooses as the studio does: the text is cut at the same token, and an answer is one of the labels, each closed by the
model's end token, so that a label may begin another one. The sum of a label's log-probabilities over the whole vocabulary
would choose differently. \`--check\` compares with the answers that the studio recorded.

In batches of your own, **pad rows on the right** and read each row's logits at its last token: padding on the left moves
the text away from the virtual tokens, and the answers change. \`SoftPrompt.batch\` in \`apply.py\` does that.`

const usage: { readonly [P in Placement]: string } = {
  start: `PEFT loads this folder as it is:

\`\`\`python
from peft import PeftModel
from transformers import AutoModelForCausalLM
model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(BASE), FOLDER)
\`\`\`

or, for the template's sake:

${script}`,
  'before-text': `**The virtual tokens stand right before the row's text, after the start of the template.** PEFT loads this folder but
always puts virtual tokens at the very start, which gives other answers. \`apply.py\` puts them in the right place:

${script}`,
  'after-text': `**The virtual tokens stand after the text.** PEFT loads this folder but always puts virtual tokens at the very start, which
gives other answers. \`apply.py\` puts them in the right place:

${script}`,
}
