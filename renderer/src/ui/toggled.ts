// Switches one value of a multiple choice on or off.

/** Removes the value if it is present, else appends it. */
export const toggled = <T>(values: readonly T[], value: T): T[] =>
  values.includes(value) ? values.filter((each) => each !== value) : [...values, value]
