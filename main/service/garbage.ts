// How V8 collects garbage in the process of the service.
import { setFlagsFromString } from 'node:v8'

/** The Node whose V8 knows the flag; another one would complain on its standard error. */
const KNOWN = '24.'

/**
 * Lets idle heaps be collected without being compacted. A few seconds after large work V8 otherwise compacts them to
 * give back a few megabytes, in a pause of 40 to 80 ms where a worker has the other core, during which nobody is answered.
 */
export function keepPausesShort(): void {
  if (process.versions.node.startsWith(KNOWN)) setFlagsFromString('--no-memory-reducer-favors-memory')
}
