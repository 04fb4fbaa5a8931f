export const tokenErrors = {} satisfies Record<string, (...details: never[]) => string>
