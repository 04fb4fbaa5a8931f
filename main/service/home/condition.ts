// What is wrong with the home folder's database, if anything, and what could take its place.
import type { StudioError } from '../../contract/errors/index.ts'
import type { Condition } from '../../contract/service.ts'
import { listBackups } from './backup.ts'
import type { Home } from './home.ts'

export const conditionOf = async (home: Home, damage: StudioError | undefined): Promise<Condition> => ({
  damage: damage?.message ?? null,
  folder: home.folder,
  backups: await listBackups(home),
})
