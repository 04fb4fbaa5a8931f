// Tokens by characters, where counting them for every row would take a tokenizer and too long.

/** English prose has four to five characters a token; the lower end overestimates tokens. */
export const charactersPerToken = 4
