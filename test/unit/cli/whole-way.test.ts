// The whole way with nothing replaced: a tiny real model, ONNX Runtime in its own process, SQLite, files in and out.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { processHost } from '../../../main/hosts/cli/host.ts'
import { runProgram } from '../../../main/hosts/cli/program.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { tinyFolder } from '../../support/tiny.ts'

const labels = ['billing', 'delivery', 'praise']

/** Messages whose label is in them, two that cannot be read among them. */
function table(): string {
  const rows = Array.from(
    { length: 60 },
    (_, i) => `"message number ${String(i)}, about ${labels[i % 3] ?? ''}";${labels[i % 3] ?? ''}`,
  )
  rows.splice(10, 0, 'only one cell')
  rows.splice(30, 0, 'three;cells;here')
  return ['text;label', ...rows, ''].join('\r\n')
}

describe('softprompt with a real model', () => {
  it('goes from a table to a prompt in a folder, and answers with it', { timeout: 120_000 }, async () => {
    const folder = temporaryFolder()
    const cli = async (...args: string[]) => {
      let out = ''
      let err = ''
      const streams = {
        out: { write: (text: string) => (out += text) },
        err: { write: (text: string) => (err += text) },
      }
      const code = await runProgram([...args, '--home', join(folder, 'home')], { ...processHost, streams })
      expect([code, err]).toEqual([0, ''])
      return out
    }
    const data = join(folder, 'mail.csv')
    writeFileSync(data, Buffer.from(`\ufeff${table()}`, 'utf16le'))
    expect(await cli('models', 'add', tinyFolder('qwen3'), '--name', 'tiny')).toContain('Model "tiny" is ready (qwen3)')
    const columns = ['--text', 'text', '--label', 'label']
    const tuned = await cli('tune', data, ...columns, '--tokens', '4', '--steps', '30', '--name', 'mail')
    expect(tuned).toContain('Skipped line 12: 1 cell where the header has 2')
    expect(tuned).toContain('Skipped 2 rows in all')
    // Few rows, so each of them serves for the test.
    expect(tuned).toContain('5 prompts are tuned beside yours')
    expect(tuned).toMatch(/60 test rows show only differences above \d+ points; \d+ would show 10 points\./)
    expect(tuned).toMatch(/Accuracy with the tuned prompt: \d+\.\d % \(macro-F1 \d+\.\d %\), 60 rows/)
    expect(tuned).toContain('the prompt that you keep is tuned on all 60 rows.')
    expect(await cli('show', 'mail')).toContain('Checkpoint: step 30')
    const scored = await cli('score', 'mail', data, ...columns)
    expect(scored).toMatch(/Accuracy without a prompt: .*, 60 rows\nAccuracy with the tuned prompt: .*, 60 rows/)
    expect(await cli('inspect', 'mail')).toMatch(
      /^Hints, not explanations.*\ntoken  started as.*(\n[1-4]  .*){4}\nThere are no nearest tokens/m,
    )
    const tried = await cli('try', 'mail', 'message about delivery')
    const shares = labels.map((label) => Number(new RegExp(`(\\d+\\.\\d) %  ${label}`).exec(tried)?.[1]))
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, 0)
    expect(tried.trimEnd().split('\n')).toHaveLength(3)
    await cli('try', 'mail', 'message about delivery', '--free', '--max-new-tokens', '4')
    const idle = await cli('try', 'mail', 'message about delivery', '--temperature', '1')
    expect(idle).toBe(`${tried}The options of writing have no effect on labels: give --free to let the model write.\n`)
    const json = JSON.parse(await cli('try', 'mail', 'message about delivery', '--json')) as { answer: string }
    expect(tried).toMatch(new RegExp(`^\\d+\\.\\d %  ${json.answer}\n`))
    const target = join(folder, 'taken away')
    await cli('export', 'mail', '--to', 'peft', target)
    expect(readdirSync(target).sort()).toEqual([
      '.softprompt-export.json',
      'README.md',
      'adapter_config.json',
      'adapter_model.safetensors',
      'apply.py',
      'softprompt.json',
    ])
    expect(JSON.parse(readFileSync(join(target, 'softprompt.json'), 'utf8'))).toMatchObject({
      labels,
      placement: 'after-text',
    })
  })
})
