// Formats of shares and differences for all hosts.

/** A share in per cent, without its sign: 0.834 -> "83"; `digits` decimals. */
export const inPercent = (share: number, digits = 0): string => (100 * share).toFixed(digits)

/** 0.834 -> "83 %"; `digits` decimals. */
export const percent = (share: number, digits = 0): string => `${inPercent(share, digits)} %`

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** 138240 -> "138,240". */
export const count = (value: number): string => whole.format(value)

const units = ['bytes', 'KB', 'MB', 'GB', 'TB']

/** 98362432 -> "98 MB" (decimal units, as disks are sold). */
export function bytes(value: number): string {
  const power = value < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3))
  const scaled = value / 1000 ** power
  return `${power > 0 && scaled < 10 ? scaled.toFixed(1) : scaled.toFixed(0)} ${units[power] ?? ''}`
}

/** A measured time in milliseconds, to two or three digits: "0.42 ms", "31 ms", "4.2 s", "35 s", "12 min". */
export function time(milliseconds: number): string {
  const [value, unit] =
    milliseconds < 1000
      ? [milliseconds, 'ms']
      : milliseconds < 120_000
        ? [milliseconds / 1000, 's']
        : [milliseconds / 60_000, 'min']
  return `${value.toFixed(value < 1 ? 2 : value < 10 ? 1 : 0)} ${unit}`
}

/** Seconds that something still takes, coarse enough to be true: "25 s", "6 min", "1.5 h". */
export function duration(seconds: number): string {
  if (seconds < 10) return 'a few seconds'
  if (seconds < 90) return `${String(Math.round(seconds / 5) * 5)} s`
  if (seconds < 5400) return `${String(Math.round(seconds / 60))} min`
  return `${(seconds / 3600).toFixed(1)} h`
}

/** The same before "left": "a few seconds", "about 6 min". */
export const approximately = (seconds: number): string =>
  seconds < 10 ? duration(seconds) : `about ${duration(seconds)}`

/** A difference of shares in signed percentage points: 0.42 -> "+42", -0.1 -> "−10". */
export function points(difference: number): string {
  const value = Math.round(100 * difference)
  return value > 0 ? `+${String(value)}` : value < 0 ? `−${String(-value)}` : '0'
}
