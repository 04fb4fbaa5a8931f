export const runErrors = {} satisfies Record<string, (...details: never[]) => string>
