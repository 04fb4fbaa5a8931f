// Thrown where ctrl-C ended a command that has already reported its last checkpoint.
export class Interrupted extends Error {}
