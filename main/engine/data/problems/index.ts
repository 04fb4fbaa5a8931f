// The table of checks: a new one is a new file and a line here.
import { type TaskName, taskNames } from '../../../contract/settings.ts'
import { answerInText } from './answer-in-text.ts'
import type { Check } from './check.ts'
import { conflicts } from './conflicts.ts'
import { duplicates } from './duplicates.ts'
import { emptyLabels, emptyTexts } from './empty.ts'
import { imbalance } from './imbalance.ts'
import { invisibleLabels, invisibleTexts } from './invisible.ts'
import { labelSpelling, oneLabel, rareLabels } from './labels.ts'
import { missingLabels, missingTexts } from './missing.ts'
import { personal } from './personal.ts'
import { tooLong } from './too-long.ts'
import { truncated } from './truncated.ts'

/** A check, and the kinds of task whose tables it is for. */
interface Listed {
  readonly check: Check
  readonly tasks: readonly TaskName[]
}

const always = (check: Check): Listed => ({ check, tasks: taskNames })
/** For labels only: generated answers may each occur once, differ in spelling, and are often words of the text. */
const ofLabels = (check: Check): Listed => ({ check, tasks: ['classification'] })

/** The gravest first. */
const checks = {
  'one-label': always(oneLabel),
  // What answers are comes first: they may then be spelled alike.
  'invisible-label': always(invisibleLabels),
  'missing-label': always(missingLabels),
  // Before rare-labels: answers that are given one spelling may no longer be rare.
  'label-spelling': ofLabels(labelSpelling),
  'rare-labels': ofLabels(rareLabels),
  conflicts: always(conflicts),
  'empty-text': always(emptyTexts),
  'empty-label': always(emptyLabels),
  'missing-text': always(missingTexts),
  'invisible-text': always(invisibleTexts),
  duplicates: always(duplicates),
  'answer-in-text': ofLabels(answerInText),
  'personal-data': always(personal),
  'too-long': always(tooLong),
  truncated: always(truncated),
  imbalance: ofLabels(imbalance),
} as const satisfies Record<string, Listed>

/** The checks of a task's tables, by name. */
export const checksFor = (task: TaskName): [name: string, check: Check][] =>
  Object.entries<Listed>(checks).flatMap(([name, { check, tasks }]): [string, Check][] =>
    tasks.includes(task) ? [[name, check]] : [],
  )

/**
 * Problems whose fixes lose nothing that a run could use, in the rounds in which they are fixed: answers and texts that are
 * spelled alike only then repeat each other, and may no longer be rare. Each says what rows are that its fix excludes.
 */
export const safeRounds: readonly (readonly (readonly [problem: string, excluded: string])[])[] = [
  [
    ['label-spelling', ''],
    ['invisible-label', ''],
    ['invisible-text', ''],
  ],
  [
    ['empty-text', 'without a text'],
    ['empty-label', 'without an answer'],
    ['duplicates', 'repeated'],
    ['rare-labels', 'with an answer that is too rare'],
  ],
]

const safe = new Set(safeRounds.flat().map(([problem]) => problem))

export const isSafe = (problem: string): boolean => safe.has(problem)
