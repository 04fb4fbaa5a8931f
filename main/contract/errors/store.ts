export const storeErrors = {} satisfies Record<string, (...details: never[]) => string>
