// The most memory that a process has held so far.
import { readFileSync } from 'node:fs'

/** Bytes: VmHWM on Linux (mapped files included), the system's own maximum elsewhere; NaN there for another process. */
export function peakBytes(pid?: number): number {
  if (process.platform !== 'linux') return pid === undefined ? process.resourceUsage().maxRSS * 1024 : NaN
  const status = readFileSync(`/proc/${pid === undefined ? 'self' : String(pid)}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? NaN) * 1024
}
