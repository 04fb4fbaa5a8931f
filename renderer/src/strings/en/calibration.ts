// Texts about how far probabilities can be trusted, and from when on a prompt answers alone.
import type { NotCalibrated } from '../../../../main/contract/methods/calibrations.ts'

export const calibration = {
  title: 'How far it can be trusted',
  lead: 'Of the answers that it is 80 % sure of, 80 % should be right. Then you can let it answer alone where it is sure, and look at the rest yourself.',
  missing: {
    evaluation: 'This run has no prompt that was tested, so there is nothing to measure.',
    'validation set':
      'This run has no validation set, so there are no rows on which to measure how sure its prompt may be.',
    calibration: 'Nobody has measured yet how sure this prompt may be.',
  } satisfies Record<NotCalibrated['missing'], string>,
  measure: 'Measure it',
  begin: 'Answering the validation set',

  reliability: 'Sure, and right',
  reliabilityHelp:
    'Each point stands for about equally many rows: how sure it was of their answers, and how many were right, with 95 % intervals. On the line, both agree.',
  reliabilityLabel: (before: string, after: string) =>
    `Share of right answers by how sure the prompt is. The two differ by ${before} before calibration and ${after} after it.`,
  before: 'As tuned',
  after: 'Calibrated',
  sure: 'How sure',
  right: 'Right',
  asTable: 'As a table',
  which: 'Probabilities',
  rows: 'Rows',
  interval: '95 % interval',
  between: (low: string, high: string) => `${low} to ${high}`,
  errors: 'Two figures for it',
  calibrationError: 'Calibration error',
  calibrationErrorHelp: 'How far sure and right are apart (ECE, in bins of about equally many rows); 0 is best.',
  byWidth: 'in 15 bins of equal width',
  brier: 'Brier score',
  brierHelp: 'How far the probabilities of all labels are off, squared; 0 is best, 2 is worst.',

  alone: 'When it answers alone',
  aloneHelp:
    'The more it answers alone, the more of these answers are wrong. Move the handle to the share of wrong answers that you can live with. The curve is of the rows that thresholds are chosen on; what is promised comes from other rows.',
  answered: 'Answered alone',
  wrong: 'Wrong among these',
  limit: 'Wrong at most',
  handle: 'Wrong answers at most',
  set: 'Set this threshold',
  change: 'Change the threshold',
  always: 'Always answer alone',
  alwaysNow: 'It always answers alone, however unsure it is.',
  isSet: 'Threshold set',
  effect: 'Try, labelled files, the command line and your programs call less sure answers “unsure” from now on.',
  lifted: 'It always answers alone again.',
} as const
