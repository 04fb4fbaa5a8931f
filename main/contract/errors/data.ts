export const dataErrors = {} satisfies Record<string, (...details: never[]) => string>
