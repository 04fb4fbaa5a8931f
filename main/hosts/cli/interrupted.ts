// Thrown where ctrl-C ended a command that has already said what was kept.
export class Interrupted extends Error {}
