// A choice of several values.

/** Without the value where it is among them, else with it behind the others. */
export const toggled = <T>(values: readonly T[], value: T): T[] =>
  values.includes(value) ? values.filter((each) => each !== value) : [...values, value]
