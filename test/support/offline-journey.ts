// A journey in a process of its own: import, tune, score, try and export with the real engine. Arguments: folder, compute's entry.
import { join } from 'node:path'
import { forkCompute } from '../../main/service/compute/child.ts'
import { openHome } from '../../main/service/home/home.ts'
import { createService } from '../../main/service/service.ts'
import { tinyFolder } from './tiny.ts'

const [folder = '', entry = ''] = process.argv.slice(2)
const home = openHome(join(folder, 'home'))
const service = await createService({ home, spawn: forkCompute(entry), threads: 1 })
const model = await service.call('models.add', { path: tinyFolder('llama'), name: 'tiny' })
const { dataset, version } = await service.call('data.import', { path: join(folder, 'mail.csv') })
const source = { dataset, version, text: 'text', label: 'label' }
const settings = { steps: 6, tokens: 2, validateEvery: 3 }
const run = await service.call('runs.start', { ...source, name: 'mail', model: model.name, settings })
await service.call('runs.watch', { run: run.name })
await service.call('score', { run: run.name, ...source })
const sampling = { maxNewTokens: 3, temperature: 0, topP: 1, stop: [], seed: 0 }
await service.call('try', { run: run.name, text: 'message about delivery', sampling })
await service.call('export', { run: run.name, to: 'peft', folder: join(folder, 'taken') })
const { state } = (await service.call('runs.show', { run: run.name })).run
console.log(JSON.stringify({ state, ledger: await service.call('studio.ledger', {}) }))
await service.close()
