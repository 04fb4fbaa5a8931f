// How a task's rows and labels become a base model's token ids, for software that has the model's tokenizer but not our rules.

export interface Rendering {
  /** Ids of the template up to its last special token before the text, BOS included. */
  readonly lead: readonly number[]
  /** The template's text directly before and after the row's, which is tokenised together with it. */
  readonly near: string
  readonly next: string
  /** Ids of the template from its first special token after the text on. */
  readonly rest: readonly number[]
  /** Ids that end every row's question, whatever its text. */
  readonly ending: readonly number[]
  /** Whether `near` begins the whole text, where some tokenizers put a space before the first word. */
  readonly first: boolean
  /** Whether white space at the text's start and end is kept. */
  readonly keeps: { readonly start: boolean; readonly end: boolean }
  /** Tokens that steer the model: typed in a row's text they stay ordinary characters. */
  readonly specials: readonly string[]
  /** Tokens of template and text at most; the end of a longer text is cut. */
  readonly limit: number
  /** Ids of each label in their order, without the end token. */
  readonly labels: readonly (readonly number[])[]
  /** The token that ends a label: one may be a prefix of another. */
  readonly end: number
  /** Tokens that end a generated answer. */
  readonly ends: readonly number[]
  /** Texts that end a generated answer. */
  readonly stops: readonly string[]
  /** Tokens of a generated answer at most; 0 where labels are scored. */
  readonly answerTokens: number
  /** Stands between a row's text and its context, where it has one. */
  readonly beforeContext: string
}
