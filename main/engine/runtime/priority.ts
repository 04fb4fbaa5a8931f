// Lets a process that computes for long give way to the window and its service.
import { readdirSync } from 'node:fs'
import { constants, setPriority } from 'node:os'

/** What somebody waits for goes before what nobody does, as a run: on Linux with three quarters of the processor. */
const priorities = { awaited: constants.priority.PRIORITY_BELOW_NORMAL, unattended: 15 } as const

/**
 * Lowers the priority of the process with all its threads. On Linux each thread has a priority of its own: those that V8 has
 * started to collect garbage would keep theirs, and hold up the service wherever there are more of them than processors.
 */
export function giveWay(kind: keyof typeof priorities): void {
  const below = priorities[kind]
  setPriority(below)
  if (process.platform !== 'linux') return
  for (const thread of readdirSync('/proc/self/task')) {
    try {
      setPriority(Number(thread), below)
    } catch {
      // The thread has ended meanwhile.
    }
  }
}
