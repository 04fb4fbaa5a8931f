// Forty steps of the default method on the starter model and the sample, through the command line: clearly better than no prompt.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { processHost } from '../../main/hosts/cli/host.ts'
import { runProgram } from '../../main/hosts/cli/program.ts'
import { temporaryFolder } from '../support/temporary.ts'

const sample = fileURLToPath(new URL('../../resources/sample/support-messages.csv', import.meta.url))

/** Runs the command and gives its events. */
async function cli(args: readonly string[], home: string): Promise<Record<string, unknown>[]> {
  let out = ''
  let err = ''
  const streams = {
    out: { write: (text: string) => (out += text) },
    err: { write: (text: string) => (err += text) },
  }
  const code = await runProgram([...args, '--json', '--home', home], { ...processHost, streams })
  if (code !== 0) throw new Error(err)
  return out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

describe('the command line, with the starter model', () => {
  it('tunes, tries, scores and exports a prompt that helps', async () => {
    const home = join(temporaryFolder(), 'home')
    await cli(['models', 'get', 'starter'], home)
    const columns = ['--text', 'message', '--label', 'team']
    const tuned = await cli(['tune', sample, ...columns, '--steps', '40', '--name', 'forty', '--eval', '60'], home)
    const result = tuned.at(-1) as Record<'noPrompt' | 'tuned', { metrics: { accuracy: number }; rows: number }>
    expect(result.tuned.rows).toBe(60)
    expect(result.tuned.metrics.accuracy).toBeGreaterThan(result.noPrompt.metrics.accuracy + 0.2)
    const tried = await cli(['try', 'forty', 'My parcel has not arrived.'], home)
    expect(String(tried.at(-1)?.['text']).trim()).not.toBe('')
    const folder = join(home, 'exported')
    const exported = await cli(['export', 'forty', '--to', 'peft', folder], home)
    expect(exported.at(-1)).toMatchObject({
      folder,
      files: expect.arrayContaining(['adapter_model.safetensors']) as string[],
    })
  })
})
