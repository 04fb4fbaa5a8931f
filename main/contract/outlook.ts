// How far a run is on its way to the verdict, and how long that will still take.

/** What a run does, in this order: it opens the model and reads, it trains, it evaluates on the test set. */
export const phases = ['prepare', 'learn', 'judge'] as const
export type Phase = (typeof phases)[number]

/** Seconds of work, as estimated now. */
export interface PhaseWork {
  readonly done: number
  readonly left: number
}

export interface Outlook {
  readonly phase: Phase
  readonly phases: Readonly<Record<Phase, PhaseWork>>
  /** Seconds to the verdict; undefined while too little has been measured. */
  readonly left: number | undefined
}

/** Share of the whole run that is done, 0 to 1; 0 while too little has been measured. */
export function shareDone({ phases: all, left }: Outlook): number {
  const done = phases.reduce((sum, phase) => sum + all[phase].done, 0)
  return left === undefined || done + left === 0 ? 0 : done / (done + left)
}

/** The same some seconds later, while no news came. */
export const later = (outlook: Outlook, seconds: number): Outlook =>
  outlook.left === undefined ? outlook : { ...outlook, left: Math.max(0, outlook.left - seconds) }
