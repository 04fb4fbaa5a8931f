// Texts for the template: how a row becomes the text that the model reads.
import type { Template } from '../../../../main/contract/settings.ts'

export const template = {
  title: 'Template',
  lead: 'How a row becomes the text that the model reads. The prompt keeps its template wherever it is used.',
  kind: 'Form',
  kindHelp:
    'Plain text suits every model. A chat message is for chat models: it is wrapped in the markers that they were trained with.',
  kinds: { plain: 'Plain text', chat: 'Chat message' } satisfies Record<Template['kind'], string>,
  instruction: 'Instruction',
  instructionHelp: 'Comes before every text. The virtual tokens can do without it.',
  body: 'Around the text',
  bodyHelp: '{text} is replaced with the text of the row.',
  noPlace: 'Include {text} once: the text of the row goes there.',
  none: 'none',
} as const
