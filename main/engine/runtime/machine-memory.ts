// The memory of this computer that this process may use: a container's or a service manager's limit counts (cgroups).
import { freemem, totalmem } from 'node:os'

/** Bytes of memory in all. `limit`: the cgroup's, in bytes; 0 where there is none, as Node reports it. */
export const totalMemory = (limit = process.constrainedMemory()): number => Math.min(totalmem(), limit || Infinity)

/** Bytes of memory that are free. `available`: what Node reports, which is what the cgroup's limit leaves. */
export const freeMemory = (available = process.availableMemory()): number => Math.min(freemem(), available)

/** Bytes for a run: the free memory, or 70 % of all memory where that is more, since the system swaps out idle programs. */
export const availableMemory = (): number => Math.max(freeMemory(), 0.7 * totalMemory())
