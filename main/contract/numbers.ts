// Formats of shares and differences for all hosts.

/** A share in per cent, without its sign: 0.834 -> "83"; `digits` decimals. */
export const inPercent = (share: number, digits = 0): string => (100 * share).toFixed(digits)

/** 0.834 -> "83 %"; `digits` decimals. */
export const percent = (share: number, digits = 0): string => `${inPercent(share, digits)} %`

/** A difference of shares in signed percentage points: 0.42 -> "+42", -0.1 -> "−10". */
export function points(difference: number): string {
  const value = Math.round(100 * difference)
  return value > 0 ? `+${String(value)}` : value < 0 ? `−${String(-value)}` : '0'
}
