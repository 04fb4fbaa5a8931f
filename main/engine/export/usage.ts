// How to use an export, for its card: by what loads it, and by where its parts act.
import { fileName } from '../../contract/names.ts'
import type { Placement } from '../../contract/settings.ts'
import type { Exported } from './format.ts'
import { behindFirst, invocationOf } from './invocation.ts'

/** What loads an export. */
export type Loader = 'peft' | 'llama.cpp' | 'studio'

export function usageOf(exported: Exported, by: Loader): string {
  if (by === 'studio') return opening
  const { placement, tokens } = exported.prompt.settings
  if (by === 'llama.cpp') return `${server(exported)}${placement === 'start' ? '' : `\n\n${serverTail(exported)}`}`
  if (tokens > 0) return `${virtual[placement]}\n\n${script}\n\n${padding}`
  const adapter = placement === 'start' ? loaded : tailAdapter(exported)
  return `${adapter}\n\n${script}`
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
would choose differently. \`--check\` compares with the answers that the studio recorded.`

const padding = `In batches of your own, **pad rows on the right** and read each row's logits at its last token: padding on the left moves
the text away from the virtual tokens, and the answers change. \`SoftPrompt.batch\` in \`apply.py\` does that.`

const loaded = `PEFT loads this folder as it is:

\`\`\`python
from peft import PeftModel
from transformers import AutoModelForCausalLM
model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(BASE), FOLDER)
\`\`\`

or, for the template's sake:`

const virtual: { readonly [P in Placement]: string } = {
  start: loaded,
  'before-text': `**The virtual tokens stand right before the row's text, after the start of the template.** PEFT loads this folder but
always puts virtual tokens at the very start, which gives other answers. \`apply.py\` puts them in the right place:`,
  'after-text': `**The virtual tokens stand after the text.** PEFT loads this folder but always puts virtual tokens at the very start, which
gives other answers. \`apply.py\` puts them in the right place:`,
}

const tailAdapter = (
  exported: Exported,
): string => `**The adapter acts on the tail alone: the last tokens of the template, and the answer.** PEFT has that as activated LoRA
(\`alora_invocation_tokens\`, here ${JSON.stringify(invocationOf(exported, 'PEFT'))}). It cannot be merged into the base model. PEFT looks for these tokens where they
occur last, so an answer that repeats them would move the beginning; \`apply.py\` says where it is.

${loaded}`

const server = ({
  name,
}: Exported): string => `llama-server (llama.cpp) loads the adapter beside the base model as GGUF:

\`\`\`
llama-server --model BASE.gguf --lora ${shellQuoted(fileName(name, '.gguf'))}
curl localhost:8080/completion --data '{"prompt": "the filled template", "n_predict": 16, "temperature": 0}'
\`\`\`

It writes what is likeliest; a \`grammar\` in the request holds it to the labels. With several adapters, a request names its
own: \`"lora": [{"id": 0, "scale": 1}]\`.`

const serverTail = (
  exported: Exported,
): string => `**The adapter acts on the tail alone: the last tokens of the template, and the answer** (activated LoRA). What stands before
is read by the base model, so that requests about the same text share it, whichever adapter they use. llama-server switches
the adapter on one token before its invocation tokens (${JSON.stringify(behindFirst(exported))}), which are therefore the tail without its first token. That was
proved with build 11549; should a later one begin at the first of them, its answers differ from the studio's: then export again.`

const shellQuoted = (name: string): string => (/^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`)
