// Errors of tokenizers and templates.
export const tokenErrors = {
  'tokens/damaged': (why: string) =>
    `The model's tokenizer is damaged or incomplete: ${why}. Download the model again, or choose another one.`,
  'tokens/unsupported': (what: string) =>
    `The model's tokenizer uses ${what}, which is not supported. Choose another model.`,
  'tokens/no-chat-template': () =>
    'This model has no chat template, so it cannot read chat messages. Choose a plain template, or a chat model.',
  'tokens/chat-template': (why: string) =>
    `The model's chat template cannot be used (${why}). Choose a plain template, or another model.`,
  'tokens/no-text-in-template': () => 'The template does not say where the text goes. Include {text} once.',
} satisfies Record<string, (...details: never[]) => string>
