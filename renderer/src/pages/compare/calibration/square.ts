// The square that the charts of a calibration are drawn in: shares from 0 to 1 on both axes.

/** Size of the drawing, and where its axes begin, in its own units. */
export const SIZE = 320
const LEFT = 44
const RIGHT = 24
const TOP = 28
const BOTTOM = 40
export const frame = { left: LEFT, right: SIZE - RIGHT, top: TOP, bottom: SIZE - BOTTOM } as const

/** Places of shares; `most` is the share at the end of the axis. */
export const xOf = (share: number, most = 1): number => LEFT + (share / most) * (frame.right - LEFT)
export const yOf = (share: number, most = 1): number => frame.bottom - (share / most) * (frame.bottom - TOP)
/** The share at a place. */
export const shareAt = (x: number): number => (x - LEFT) / (frame.right - LEFT)

/** Five marks of an axis from 0 to its end. */
export const marksTo = (most = 1): number[] => Array.from({ length: 5 }, (_, i) => (i * most) / 4)
