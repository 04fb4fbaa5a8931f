// Chat templates: the model's own way of writing a conversation, rendered by Hugging Face's Jinja.
import { Template as Jinja } from '@huggingface/jinja'
import { StudioError, studioError } from '../../contract/errors/index.ts'
import type { TokenizerFiles } from '../../contract/model.ts'
import type { Template } from '../../contract/settings.ts'
import { isRecord } from './record.ts'
import { tokenText } from './specials.ts'

/** A turn of a conversation. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

/**
 * The conversation up to where the model answers. Models that know no system role read the instruction at the start of
 * the user's message. Errors: 'tokens/no-chat-template', 'tokens/chat-template'.
 */
export function renderChat(
  { config }: TokenizerFiles,
  { instruction, thinking }: Pick<Template, 'instruction' | 'thinking'>,
  message: string,
): string {
  const source = chosenTemplate(config['chat_template'])
  const render = (messages: readonly Message[]): string => rendered(source, config, messages, thinking)
  const user: Message = { role: 'user', content: message }
  if (instruction === '') return render([user])
  const together: Message = { role: 'user', content: `${instruction}\n\n${message}` }
  const system: Message = { role: 'system', content: instruction }
  try {
    const both = render([system, user])
    if (both.includes(instruction.trim())) return both
  } catch (error) {
    if (!(error instanceof StudioError)) throw error
  }
  return render([together])
}

/** A whole conversation, up to where the model answers. Errors: those of `renderChat`. */
export const renderConversation = (
  { config }: TokenizerFiles,
  messages: readonly Message[],
  thinking: boolean | undefined,
): string => rendered(chosenTemplate(config['chat_template']), config, messages, thinking)

/** One template, or the default one among several named ones. */
function chosenTemplate(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  if (Array.isArray(value)) {
    const named = value.filter(isRecord)
    const chosen = named.find(({ name }) => name === 'default')
    if (typeof chosen?.['template'] === 'string') return chosen['template']
    const names = named.flatMap(({ name }) => (typeof name === 'string' ? [name] : []))
    if (names.length > 0)
      throw studioError('tokens/chat-template', `it has several, and none is the default: ${names.join(', ')}`)
  }
  throw studioError('tokens/no-chat-template')
}

function rendered(
  source: string,
  config: TokenizerFiles['config'],
  messages: readonly Message[],
  thinking: boolean | undefined,
): string {
  const tokens = ['bos_token', 'eos_token', 'pad_token', 'unk_token'].map((name) => [
    name,
    tokenText(config[name]) ?? '',
  ])
  try {
    return new Jinja(source.replaceAll(/\bstrftime_now\b/g, dateName)).render({
      ...(Object.fromEntries(tokens) as Record<string, string>),
      messages,
      add_generation_prompt: true,
      // Defined as null, as in transformers: templates test whether they are none.
      tools: null,
      documents: null,
      ...(thinking === undefined ? {} : { enable_thinking: thinking }),
      [dateName]: dateOfTemplates,
    })
  } catch (error) {
    throw studioError('tokens/chat-template', error instanceof Error ? error.message : String(error))
  }
}

/** The library defines strftime_now itself and cannot be given another, so templates call this name instead. */
const dateName = 'date_of_templates'

/**
 * Some templates write today's date. A prompt must see the text that it was tuned with on any other day, so the date is
 * always the same: the one that Llama's templates default to.
 */
function dateOfTemplates(format: string): string {
  const parts: Readonly<Record<string, string>> = {
    '%d': '26',
    '%m': '07',
    '%b': 'Jul',
    '%B': 'July',
    '%y': '24',
    '%Y': '2024',
    '%A': 'Friday',
    '%a': 'Fri',
    '%H': '12',
    '%I': '12',
    '%M': '00',
    '%S': '00',
    '%p': 'PM',
    '%%': '%',
  }
  return format.replace(/%./g, (part) => parts[part] ?? part)
}
