export const graphErrors = {} satisfies Record<string, (...details: never[]) => string>
