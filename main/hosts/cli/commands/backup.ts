// softprompt backup [FILE] | restore [BACKUP] [--anew]
import { resolve } from 'node:path'
import { Command } from 'commander'
import type { StudioEvent } from '../../../contract/service.ts'
import { type CommonOptions, type Host, type Session, withStudio } from '../host.ts'
import { withCommon } from '../options.ts'

const following = ({ output, signal }: Session) => ({
  onEvent: (event: StudioEvent): void => {
    output.event(event)
  },
  signal,
})

export function backupCommand(host: Host): Command {
  const command = new Command('backup')
    .description('write data, runs and prompts to one new file')
    .argument('[file]', 'where; without it, a file in the folder "backups" of the studio')
    .action((file: string | undefined, options: CommonOptions) =>
      withStudio(host, options, async (session) => {
        const wanted = file === undefined ? {} : { path: resolve(file) }
        const { path, bytes } = await session.studio.call('studio.backup', wanted, following(session))
        session.output.result({ path, bytes }, [`Wrote the backup to ${path}.`])
      }),
    )
  return withCommon(command)
}

export function restoreCommand(host: Host): Command {
  const command = new Command('restore')
    .description('restore a backup, list those there are, or replace a damaged database by an empty one')
    .argument('[backup]', 'the backup file')
    .option('--anew', 'start with an empty database where the present one is damaged; that one is kept')
    .action((backup: string | undefined, { anew = false, ...options }: CommonOptions & { anew?: boolean }) =>
      withStudio(host, options, async (session) => {
        if (backup !== undefined) await restore(session, resolve(backup))
        else if (anew) await startAnew(session)
        else await list(session)
      }),
    )
  return withCommon(command)
}

async function restore(session: Session, path: string): Promise<void> {
  const { studio, output } = session
  const { damage } = await studio.call('studio.condition', {})
  await studio.call('studio.restore', { path }, following(session))
  const when = damage === null ? 'It takes effect at the next start of the studio; what is here now is kept' : 'Done'
  output.result({ restored: path, atNextStart: damage === null }, [`${when}: ${path} is restored.`])
}

async function startAnew({ studio, output }: Session): Promise<void> {
  await studio.call('studio.recover', {})
  output.result({ anew: true }, [
    'The studio is empty now. The damaged database is kept in its folder; the network is off until you allow it.',
  ])
}

async function list({ studio, output }: Session): Promise<void> {
  const { backups, damage } = await studio.call('studio.condition', {})
  const lines = backups.map(({ path, at }) => `${at}  ${path}`)
  output.result({ backups, damage }, [
    ...(damage === null ? [] : [damage]),
    ...(lines.length > 0 ? lines : ['There is no backup in the studio’s folder.']),
  ])
}
