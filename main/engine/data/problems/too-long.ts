// Check: texts that will be cut, because they take more tokens than a row may have.
import { charactersPerToken } from '../../tokens/characters.ts'
import { grouped, rowsOf } from '../../../contract/words/counts.ts'
import type { Check } from './check.ts'

export const tooLong: Check = ({ maxTokens, tokens }) => {
  const maxCharacters = (maxTokens - tokens) * charactersPerToken
  const rows: number[] = []
  return {
    see: ({ row, text }) => void (text.length > maxCharacters && rows.push(row)),
    finish: () =>
      rows.length === 0
        ? undefined
        : {
            rows,
            title: `${rowsOf(rows.length)} may be too long`,
            explanation: `A row may take ${maxTokens} tokens, about ${grouped(maxCharacters)} characters of text; the end of a longer one is cut off. Raise the limit under Tune, Advanced, or exclude them.`,
            fix: { kind: 'exclude', button: 'Exclude them' },
          },
  }
}
