// Words for the template: how a row becomes the text that the model reads.
import type { Template } from '../../../../main/contract/settings.ts'

export const template = {
  title: 'Template',
  lead: 'How a row becomes the text that the model reads. The same words are used whenever the prompt is asked something.',
  kind: 'Form',
  kindHelp:
    'Plain text suits every model. A chat is for models that were made for chats: their own words stand around it.',
  kinds: { plain: 'Plain text', chat: 'A chat message' } satisfies Record<Template['kind'], string>,
  instruction: 'Instruction',
  instructionHelp: 'Stands before every row. The virtual tokens can do without it.',
  body: 'Around the text',
  bodyHelp: 'The row’s text comes where {text} stands.',
  noPlace: 'Put {text} into it, once: that is where the row’s text comes.',
  none: 'none',
} as const
