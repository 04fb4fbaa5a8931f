// What a verdict on a number of rows can show at all.

/** What differences a number of test rows can show: with 80 % power, by the verdict's own test at its 5 % level. */
export interface Power {
  /** Test rows. */
  readonly rows: number
  /** The smallest difference that they show, 0 to 1; undefined where they show none. */
  readonly smallest: number | undefined
  /** Test rows that show a difference of `asked`. */
  readonly needed: number
  /** 0 to 1. */
  readonly asked: number
}
