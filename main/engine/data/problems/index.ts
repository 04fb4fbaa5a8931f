// The table of checks: a new one is a new file and a line here.
import type { Check } from './check.ts'
import { conflicts } from './conflicts.ts'
import { duplicates } from './duplicates.ts'
import { emptyLabels, emptyTexts } from './empty.ts'
import { labelSpelling, oneLabel, rareLabels } from './labels.ts'
import { tooLong } from './too-long.ts'

/** The gravest first. */
export const checks = {
  'one-label': oneLabel,
  'rare-labels': rareLabels,
  conflicts,
  'label-spelling': labelSpelling,
  'empty-text': emptyTexts,
  'empty-label': emptyLabels,
  duplicates,
  'too-long': tooLong,
} as const satisfies Record<string, Check>
