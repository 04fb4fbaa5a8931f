// Check: texts that will be cut, because they take more tokens than a row may have.
import { grouped, rowsOf } from '../words.ts'
import { type Check } from './check.ts'

/** English prose has four to five characters a token; the lower end errs towards telling. */
const CHARACTERS_PER_TOKEN = 4

export const tooLong: Check = ({ maxTokens, tokens }) => {
  const most = (maxTokens - tokens) * CHARACTERS_PER_TOKEN
  const rows: number[] = []
  return {
    see: ({ row, text }) => void (text.length > most && rows.push(row)),
    finish: () =>
      rows.length === 0
        ? undefined
        : {
            rows,
            title: `${rowsOf(rows.length)} may be too long`,
            explanation: `A row may take ${maxTokens} tokens, about ${grouped(most)} characters of text; the end of a longer one is cut. The fix excludes them; or raise the limit under Tune, Advanced.`,
            fix: { kind: 'exclude', button: 'Exclude them' },
          },
  }
}
