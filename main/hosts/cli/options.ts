// Options that several commands share, and their checks.
import { type Command, InvalidArgumentError } from 'commander'
import { defaultHome } from '../../service/home/home.ts'

/** Adds --home and --json. */
export const withCommon = (command: Command): Command =>
  command
    .option('--home <dir>', `folder for database, models and cache (default: SOFTPROMPT_HOME, or ${defaultHome()})`)
    .option('--json', 'one JSON event a line; the last is the result')

/** A whole number of at least `low`. */
export const wholeNumber =
  (low: number) =>
  (text: string): number => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < low)
      throw new InvalidArgumentError(`Expected a whole number of at least ${String(low)}.`)
    return value
  }

/** A number of at least `low`; where `low` is absent, above zero. */
export const realNumber =
  (low?: number) =>
  (text: string): number => {
    const value = text.trim() === '' ? NaN : Number(text)
    if (!Number.isFinite(value) || value < (low ?? Number.MIN_VALUE))
      throw new InvalidArgumentError(
        `Expected a number ${low === undefined ? 'above 0' : `of at least ${String(low)}`}.`,
      )
    return value
  }

/** Only the options that were given, under the names the contract has for them. */
export function given<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}
