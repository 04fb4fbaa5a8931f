// Marks that distinguish lines without their colour; drawn in a box from -5 to 5.
const shapes = [
  'M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0',
  'M-4,-4h8v8h-8z',
  'M0,-5L5,4L-5,4z',
  'M0,-5.5L5.5,0L0,5.5L-5.5,0z',
  'M0,5L5,-4L-5,-4z',
  'M-1.5,-5h3v3.5h3.5v3h-3.5v3.5h-3v-3.5h-3.5v-3h3.5z',
  'M-5,-2h10v4h-10z',
] as const

/** One mark per colour: the index of a line selects both. */
export const markerOf = (place: number): string => shapes[place % shapes.length] ?? shapes[0]
export const colorOf = (place: number): string => `--series-${String((place % shapes.length) + 1)}`
