// Check: texts and answers that likely hold personal data.
import { type PersonalKind, personalIn, personalKinds } from '../personal.ts'
import { rowsOf } from '../../../contract/words/counts.ts'
import type { Check } from './check.ts'

export const personal: Check = () => {
  const rows: number[] = []
  const kinds = new Set<PersonalKind>()
  return {
    see({ row, text, label }) {
      const found = [...personalIn(text), ...personalIn(label)]
      if (found.length === 0) return
      rows.push(row)
      for (const kind of found) kinds.add(kind)
    },
    finish: () =>
      rows.length === 0
        ? undefined
        : {
            rows,
            title: `${rowsOf(rows.length)} likely hold personal data: ${listed(personalKinds.filter((kind) => kinds.has(kind)))}`,
            explanation:
              'Nothing leaves this computer while you tune, but a prompt that you share was made from these rows, and models can repeat what they learned. Look at them and remove what nobody should see, or exclude them.',
            fix: { kind: 'exclude', button: 'Exclude them' },
          },
  }
}

const plural: Readonly<Record<PersonalKind, string>> = {
  'e-mail address': 'e-mail addresses',
  'phone number': 'phone numbers',
  'card number': 'card numbers',
  'bank account': 'bank accounts',
}
const listed = (kinds: readonly PersonalKind[]): string => kinds.map((kind) => plural[kind]).join(', ')
