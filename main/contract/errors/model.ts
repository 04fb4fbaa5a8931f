export const modelErrors = {} satisfies Record<string, (...details: never[]) => string>
