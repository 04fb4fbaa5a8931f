export const computeErrors = {} satisfies Record<string, (...details: never[]) => string>
