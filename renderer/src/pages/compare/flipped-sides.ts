// Which of the changed answers are shown first.

export const sides = ['broken', 'fixed'] as const
export type Side = (typeof sides)[number]

/** What got worse matters most; where nothing did, what got better. */
export const firstSide = ({ broken, fixed }: Readonly<Record<Side, readonly unknown[]>>): Side =>
  broken.length === 0 && fixed.length > 0 ? 'fixed' : 'broken'
