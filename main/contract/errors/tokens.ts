// Errors of tokenizers and templates.
export const tokenErrors = {
  'tokens/damaged': (why: string) =>
    `The model's tokenizer is damaged or incomplete: ${why}. Download the model again, or choose another one.`,
  'tokens/unsupported': (what: string) =>
    `The model's tokenizer uses ${what}, which is not supported. Choose another model.`,
  'tokens/beyond': (token: string, vocab: number) =>
    `The model's tokenizer has a token "${token}" beyond the ${vocab} that the model has embeddings for, so it belongs to another model. Download the model again, or choose another one.`,
  'tokens/none': () =>
    'The model file holds no tokenizer, so no text can be read with it. Download another copy of the model.',
  'tokens/older-form': (file: string) =>
    `The model's folder has its tokenizer only in an older form (${file}), which is not supported. Download a copy with tokenizer.json, or the same model as GGUF.`,
  'tokens/no-splitting': () =>
    "The model's file does not say how its tokenizer splits text (tokenizer.ggml.pre). Download a newer GGUF file of the same model.",
  'tokens/no-chat-template': () =>
    'This model has no chat template, so it cannot read chat messages. Choose a plain template, or a chat model.',
  'tokens/chat-template': (why: string) =>
    `The model's chat template cannot be used (${why}). Choose a plain template, or another model.`,
  'tokens/no-text-in-template': () => 'The template does not say where the text goes. Include {text} once.',
} satisfies Record<string, (...details: never[]) => string>
