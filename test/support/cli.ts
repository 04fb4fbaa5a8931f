// The command line with the small test engine behind it, as a process of its own.
import { processHost } from '../../main/hosts/cli/host.ts'
import { runProgram } from '../../main/hosts/cli/program.ts'
import { fakeEntry } from './fake-studio.ts'

process.exitCode = await runProgram(process.argv.slice(2), { ...processHost, compute: fakeEntry })
