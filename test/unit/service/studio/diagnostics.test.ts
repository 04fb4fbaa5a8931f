// The diagnostics file: what a helper needs, and nothing of the person's.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openHome } from '../../../../main/service/home/home.ts'
import { createService } from '../../../../main/service/service.ts'
import { quick, spawnFake, watchRun } from '../../../support/fake-studio.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const secret = 'xylophone'

it('holds versions, hardware, counts and codes, and none of the rows, texts, names and paths', async () => {
  const folder = temporaryFolder()
  const home = openHome(join(folder, `${secret}-home`))
  const service = await createService({ home, spawn: spawnFake, threads: 1 })
  onTestFinished(() => service.close())
  const model = join(folder, `${secret}-model.gguf`)
  const data = join(folder, `${secret}-mail.csv`)
  writeFileSync(model, 'weights')
  const labels = [`${secret} bills`, `${secret} praise`]
  const rows = Array.from({ length: 40 }, (_, i) => `${secret} number ${String(i)},${labels[i % 2] ?? ''}`)
  writeFileSync(data, [`${secret} text,${secret} label`, ...rows, ''].join('\n'))
  await service.call('models.add', { path: model })
  const imported = await service.call('data.import', { path: data })
  const columns = { text: `${secret} text`, label: `${secret} label` }
  const base = { model: `${secret}-model`, dataset: imported.dataset, version: imported.version, ...columns }
  await service.call('runs.start', { ...base, name: `${secret} run`, settings: { ...quick, initText: secret } })
  await watchRun(service, `${secret} run`)
  await service.call('runs.start', { ...base, name: `${secret} two`, settings: { ...quick, initText: 'fail' } })
  await watchRun(service, `${secret} two`)
  await expect(service.call('runs.show', { run: `${secret} missing` })).rejects.toThrow(secret)
  await expect(service.call('models.add', { path: `/${secret}` })).rejects.toThrow(`/${secret}`)

  const { text } = await service.call('studio.diagnostics', {})
  expect(text).not.toMatch(new RegExp(secret, 'i'))
  expect(text).not.toContain(folder)
  for (const known of ['runs.show: store/missing', 'finished: 1', 'failed: 1', 'llama, 1 layers', 'webgpu: untried'])
    expect(text).toContain(known)
  expect(text).toMatch(/studio: \d+\.\d+\.\d+/)
  expect(text).toMatch(/onnxruntime-node: \d+\.\d+\.\d+/)
})
