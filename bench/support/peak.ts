// The most memory that this process has held.
import { readFileSync } from 'node:fs'

/** Bytes: VmHWM on Linux (mapped files included), the system's own maximum elsewhere. */
export function peakBytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))
  return Number(line?.[1] ?? NaN) * 1024
}
