// softprompt calibrate RUN [--wrong PERCENT | --always]
import { Command, InvalidArgumentError, Option } from 'commander'
import type { CalibrationDetails } from '../../../contract/calibration.ts'
import { inPercent } from '../../../contract/numbers.ts'
import type { StudioEvent } from '../../../contract/service.ts'
import {
  choiceSentence,
  errorSentence,
  measuredOn,
  nothingToPromise,
  promiseSentence,
  setsSentence,
  temperatureSentence,
} from '../../../contract/words/calibration.ts'
import { type CommonOptions, type Host, withStudio } from '../host.ts'
import { withCommon } from '../options.ts'

interface CalibrateOptions extends CommonOptions {
  readonly wrong?: number
  readonly always?: true
}

function percentOf(text: string): number {
  const value = Number(text.replace(/\s*%$/, ''))
  if (text.trim() === '' || !(value > 0 && value < 100))
    throw new InvalidArgumentError('Expected a number of per cent, above 0 and below 100.')
  return value / 100
}

export function calibrateCommand(host: Host): Command {
  const command = new Command('calibrate')
    .description('show how far the probabilities of a run’s prompt can be trusted, and set when it answers alone')
    .argument('<run>')
    .option(
      '--wrong <percent>',
      'answer alone where at most this share of the answers is wrong; others are “unsure”',
      percentOf,
    )
    .addOption(new Option('--always', 'always answer alone').conflicts('wrong'))
    .action((run: string, { wrong, always, ...options }: CalibrateOptions) =>
      withStudio(host, options, async ({ studio, output, signal }) => {
        const onEvent = (event: StudioEvent): void => {
          output.event(event)
        }
        const known = await studio.call('calibrations.show', { run }, { signal })
        const measured =
          'missing' in known ? await studio.call('calibrations.measure', { run }, { onEvent, signal }) : known
        const limit = always ? null : wrong
        const found =
          limit === undefined ? measured : await studio.call('calibrations.limit', { run, limit }, { signal })
        output.result({ run, ...found }, calibrationLines(found))
      }),
    )
  return withCommon(command)
}

function calibrationLines(found: CalibrationDetails): string[] {
  const { calibration, before, after, choices } = found
  const sets = setsSentence(found)
  const { threshold, rows } = calibration
  return [
    temperatureSentence(found),
    errorSentence(found),
    `Brier score: ${before.brier.value.toFixed(3)} before, ${after.brier.value.toFixed(3)} after (95 % interval ${after.brier.low.toFixed(3)} to ${after.brier.high.toFixed(3)}).`,
    ...(threshold
      ? [promiseSentence(threshold, measuredOn(found)), ...(sets === undefined ? [] : [sets])]
      : choices.length === 0
        ? [nothingToPromise(found)]
        : [
            'It always answers alone. Limits that can be set with --wrong:',
            ...choices.map((choice) => `  --wrong ${inPercent(choice.limit, 1)}: ${choiceSentence(choice, rows)}`),
          ]),
  ]
}
