// Chat templates: the model's own way of writing a conversation, rendered by Hugging Face's Jinja.
import { Template as Jinja } from '@huggingface/jinja'
import { StudioError, studioError } from '../../contract/errors/index.ts'
import type { TokenizerFiles } from '../../contract/model.ts'
import { isRecord } from './record.ts'

interface Message {
  readonly role: 'system' | 'user'
  readonly content: string
}

/**
 * The conversation up to where the model answers. Models that know no system role read the instruction at the start of
 * the user's message. Errors: 'tokens/no-chat-template', 'tokens/chat-template'.
 */
export function renderChat({ config }: TokenizerFiles, instruction: string, message: string): string {
  const source = chosenTemplate(config['chat_template'])
  const user: Message = { role: 'user', content: message }
  if (instruction === '') return render(source, config, [user])
  const together: Message = { role: 'user', content: `${instruction}\n\n${message}` }
  const system: Message = { role: 'system', content: instruction }
  try {
    const rendered = render(source, config, [system, user])
    if (rendered.includes(instruction.trim())) return rendered
  } catch (error) {
    if (!(error instanceof StudioError)) throw error
  }
  return render(source, config, [together])
}

/** One template, or the default one among several named ones. */
function chosenTemplate(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  if (Array.isArray(value)) {
    const named = value.filter(isRecord)
    const chosen = named.find(({ name }) => name === 'default') ?? named[0]
    if (typeof chosen?.['template'] === 'string') return chosen['template']
  }
  throw studioError('tokens/no-chat-template')
}

function render(source: string, config: TokenizerFiles['config'], messages: readonly Message[]): string {
  const token = (name: string): string => {
    const value = config[name]
    const content = isRecord(value) ? value['content'] : value
    return typeof content === 'string' ? content : ''
  }
  try {
    return new Jinja(source).render({
      messages,
      add_generation_prompt: true,
      bos_token: token('bos_token'),
      eos_token: token('eos_token'),
    })
  } catch (error) {
    throw studioError('tokens/chat-template', error instanceof Error ? error.message : String(error))
  }
}
