// The command line's program: every command, one-line errors, exit codes.
import { Command, CommanderError } from 'commander'
import { StudioError, studioError } from '../../contract/errors/index.ts'
import { printable } from '../../contract/printable.ts'
import { adviseCommand } from './commands/advise.ts'
import { backupCommand, restoreCommand } from './commands/backup.ts'
import { calibrateCommand } from './commands/calibrate.ts'
import { dataCommand, importCommand, saveCommand } from './commands/data.ts'
import { demoCommand } from './commands/demo.ts'
import { exportCommand } from './commands/export.ts'
import { fixCommand } from './commands/fix.ts'
import { inspectCommand } from './commands/inspect.ts'
import { labelCommand } from './commands/label.ts'
import { methodsCommand } from './commands/methods.ts'
import { modelsCommand } from './commands/models.ts'
import { openCommand } from './commands/open.ts'
import { preflightCommand } from './commands/preflight.ts'
import { resumeCommand } from './commands/resume.ts'
import { runsCommand } from './commands/runs.ts'
import { scoreCommand } from './commands/score.ts'
import { serveCommand } from './commands/serve.ts'
import { shelfCommand } from './commands/shelf.ts'
import { showCommand } from './commands/show.ts'
import { sweepCommand, sweepsCommand } from './commands/sweep.ts'
import { trashCommand } from './commands/trash.ts'
import { tryCommand } from './commands/try.ts'
import { tuneCommand } from './commands/tune.ts'
import { withHint } from './hints.ts'
import type { Host } from './host.ts'
import { Interrupted } from './interrupted.ts'

const commands = [
  modelsCommand,
  dataCommand,
  importCommand,
  saveCommand,
  fixCommand,
  preflightCommand,
  tuneCommand,
  sweepCommand,
  sweepsCommand,
  methodsCommand,
  resumeCommand,
  runsCommand,
  trashCommand,
  showCommand,
  adviseCommand,
  inspectCommand,
  calibrateCommand,
  tryCommand,
  scoreCommand,
  labelCommand,
  shelfCommand,
  serveCommand,
  exportCommand,
  openCommand,
  demoCommand,
  backupCommand,
  restoreCommand,
]

function makeProgram(host: Host): Command {
  const program = new Command('softprompt')
    .description('Tunes soft prompts for frozen language models on your own computer.')
    .showHelpAfterError(false)
    // What follows a command's name is its own, also where a command that has options has commands below it.
    .enablePositionalOptions()
  for (const command of commands) program.addCommand(command(host))
  for (const command of everyCommand(program))
    command.exitOverride().configureOutput({
      writeOut: (text) => void host.streams.out.write(text),
      // One line for everything that goes wrong: written where the error is caught.
      writeErr: () => undefined,
      outputError: () => undefined,
    })
  return program
}

const everyCommand = (command: Command): Command[] => [command, ...command.commands.flatMap(everyCommand)]

/** Runs the command line; resolves to the exit code: 0, 1 for an error, 130 where it was interrupted. */
export async function runProgram(args: readonly string[], host: Host): Promise<number> {
  const program = makeProgram(host)
  try {
    await program.parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof Interrupted) return 130
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    if (error instanceof CommanderError && error.code === 'commander.help')
      host.streams.out.write(program.helpInformation())
    host.streams.err.write(`${printable(oneLine(messageOf(error)))}\n`)
    return error instanceof StudioError && error.code === 'run/cancelled' ? 130 : 1
  }
}

function messageOf(error: unknown): string {
  if (error instanceof CommanderError)
    return error.code === 'commander.help' ? 'Choose a command.' : error.message.replace(/^error: /, '')
  if (error instanceof StudioError) return withHint(error)
  return studioError('run/failed', error instanceof Error ? error.message : String(error)).message
}

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, ' ').trim()
