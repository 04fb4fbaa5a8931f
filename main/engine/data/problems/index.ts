// The table of checks: a new one is a new file and a line here.
import { answerInText } from './answer-in-text.ts'
import type { Check } from './check.ts'
import { conflicts } from './conflicts.ts'
import { duplicates } from './duplicates.ts'
import { emptyLabels, emptyTexts } from './empty.ts'
import { imbalance } from './imbalance.ts'
import { labelSpelling, oneLabel, rareLabels } from './labels.ts'
import { personal } from './personal.ts'
import { tooLong } from './too-long.ts'
import { truncated } from './truncated.ts'

/** The gravest first. */
export const checks = {
  'one-label': oneLabel,
  // Answers that get one spelling may be rare no more.
  'label-spelling': labelSpelling,
  'rare-labels': rareLabels,
  conflicts,
  'empty-text': emptyTexts,
  'empty-label': emptyLabels,
  duplicates,
  'answer-in-text': answerInText,
  'personal-data': personal,
  'too-long': tooLong,
  truncated,
  imbalance,
} as const satisfies Record<string, Check>
