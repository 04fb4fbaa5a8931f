// How large this process has been.
import { resourceUsage } from 'node:process'

/** Bytes of memory that this process held at most. */
export const peakBytes = (): number => resourceUsage().maxRSS * 1024
