// Models that are served: few are open at once, and one that has no room waits for it, though not for ever.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openStore } from '../../../main/engine/store/store.ts'
import { createChanges } from '../../../main/service/changes.ts'
import type { SpawnCompute } from '../../../main/service/compute/child.ts'
import { usualBounds } from '../../../main/service/compute/watchdog.ts'
import { openHome } from '../../../main/service/home/home.ts'
import { createService } from '../../../main/service/service.ts'
import { createServing } from '../../../main/service/serving/serving.ts'
import { spawnFake } from '../../support/fake-studio.ts'
import { temporaryFolder } from '../../support/temporary.ts'

/** Three models, `patience` in milliseconds, and the most that were open at once. */
async function start(patience: number) {
  const folder = temporaryFolder()
  const home = openHome(join(folder, 'home'))
  const service = await createService({ home, spawn: spawnFake, threads: 1 })
  const models: number[] = []
  for (const name of ['one', 'two', 'three']) {
    const path = join(folder, `${name}.gguf`)
    writeFileSync(path, name)
    models.push((await service.call('models.add', { path })).id)
  }
  await service.close()
  const store = await openStore(home.database)
  const counts = { open: 0, most: 0 }
  const spawn: SpawnCompute = () => {
    const child = spawnFake()
    counts.most = Math.max(counts.most, ++counts.open)
    return {
      ...child,
      kill: () => {
        counts.open--
        child.kill()
      },
    }
  }
  const serving = createServing({ store, spawn, threads: 1, bounds: usualBounds, patience, ...createChanges() })
  onTestFinished(async () => {
    serving.close()
    await store.close()
  })
  const use = (at: number, work: () => Promise<string>) =>
    serving.use({ model: models[at] ?? 0, precision: undefined }, work)
  return { use, counts }
}

/** Work that goes on until the test ends it. */
function busy() {
  const { promise, resolve } = Promise.withResolvers<string>()
  return { work: () => promise, end: resolve }
}

it('waits until another model is idle, which makes room', async () => {
  const { use, counts } = await start(60_000)
  const [first, second] = [busy(), busy()]
  const done = [use(0, first.work), use(1, second.work)]
  const third = [use(2, () => Promise.resolve('a')), use(2, () => Promise.resolve('b'))]
  let isDone = false
  void Promise.all(third).then(() => (isDone = true))
  // It asks one of the busy models meanwhile, which is open.
  expect(await use(0, () => Promise.resolve('c'))).toBe('c')
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(isDone).toBe(false)
  second.end('second')
  expect(await Promise.all(third)).toEqual(['a', 'b'])
  first.end('first')
  expect(await Promise.all(done)).toEqual(['first', 'second'])
  expect(await use(1, () => Promise.resolve('again'))).toBe('again')
  expect(counts).toEqual({ open: 2, most: 2 })
})

it('is refused where none falls idle for long', async () => {
  const { use, counts } = await start(50)
  const [first, second] = [busy(), busy()]
  const done = [use(0, first.work), use(1, second.work)]
  await expect(use(2, () => Promise.resolve('a'))).rejects.toMatchObject({ code: 'serving/busy' })
  first.end('first')
  second.end('second')
  await Promise.all(done)
  expect(await use(2, () => Promise.resolve('a'))).toBe('a')
  expect(counts.most).toBe(2)
})
