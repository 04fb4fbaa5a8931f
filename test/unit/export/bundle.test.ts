// A prompt file: what goes in comes out, and no bytes are believed that were not written.
import fc from 'fast-check'
import { strToU8, unzipSync, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { bundleVersion } from '../../../main/engine/export/bundle-manifest.ts'
import { bundle } from '../../../main/engine/export/bundle.ts'
import { elements, type NamedTensors } from '../../../main/contract/tensor.ts'
import type { Exported } from '../../../main/engine/export/format.ts'
import { openArchive } from '../../../main/engine/export/open-prompt.ts'
import { methodOf } from '../../../main/engine/method/index.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { smallConfig } from '../../support/small-config.ts'
import { someRendering } from '../../support/rendering.ts'

const labels = ['billing', 'delivery']
const exported: Exported = {
  name: 'Mail',
  model: { name: 'Tiny', hash: 'ab'.repeat(32), family: 'llama' },
  config: { ...smallConfig, hidden: 3 },
  prompt: {
    tensors: { prompt: { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, 1e-20, -7) } },
    settings: defaultSettings({ method: 'prompt-tuning', tokens: 2 }, labels),
    labels,
    modelHash: 'ab'.repeat(32),
  },
  figures: [{ subject: 'tuned prompt', headline: 'accuracy', metrics: { accuracy: 0.75, macro_f1: 0.7 }, rows: 20 }],
  answers: [{ text: 'Hello', probabilities: [0.25, 0.75] }],
  rendering: someRendering,
}
const written = (given: Exported = exported): Uint8Array => bundle(given)['Mail.softprompt'] as Uint8Array

/** The same file with its manifest changed. */
function changed(change: (manifest: Record<string, unknown>) => void): Uint8Array {
  const files = unzipSync(written())
  const manifest = JSON.parse(Buffer.from(files['manifest.json'] ?? []).toString()) as Record<string, unknown>
  change(manifest)
  return zipSync({ ...files, 'manifest.json': strToU8(JSON.stringify(manifest)) })
}

describe('a prompt file', () => {
  it('gives back the prompt bit for bit, with its template, model, figures and answers', () => {
    const { rendering: _, config, prompt, model, ...stored } = exported
    const { promptFor, base, ...found } = openArchive(written(), 'mail.softprompt')
    expect({ ...found, base }).toEqual({ ...stored, base: model })
    expect({ ...promptFor(config), modelHash: base.hash }).toEqual(prompt)
    // Its tensors do not fit a model of another shape.
    expect(promptFor(smallConfig)).toBeUndefined()
  })

  it('keeps the calibration with its threshold, and refuses one that cannot be', () => {
    const calibration = {
      ...{ temperature: 1.4, rows: 40 },
      threshold: {
        ...{ limit: 0.05, confidence: 0.83, among: 0.12 },
        chosen: { rows: 40, answered: 30, wrong: 1 },
        tested: { rows: 60, answered: 45, wrong: 1, bound: 0.1 },
        folds: { all: 5, chosen: 4 },
      },
    }
    const prompt = { ...exported.prompt, calibration }
    const opened = openArchive(written({ ...exported, prompt }), 'mail.softprompt').promptFor(exported.config)
    expect(opened?.calibration).toEqual(calibration)
    for (const spoilt of [
      { ...calibration, temperature: 0 },
      { ...calibration, temperature: 1e9 },
      { ...calibration, threshold: { ...calibration.threshold, confidence: 2 } },
      { ...calibration, threshold: { ...calibration.threshold, chosen: { rows: 4, answered: 3, wrong: 9 } } },
    ])
      expect(() =>
        openArchive(
          changed((manifest) => (manifest['calibration'] = spoilt)),
          'mail.softprompt',
        ),
      ).toThrow(/damaged/)
    // Files of earlier studios have none.
    expect(openArchive(written(), 'mail.softprompt').promptFor(exported.config)).not.toHaveProperty('calibration')
  })

  it('keeps the figures of baselines where studios that do not know them look past', () => {
    const baseline = { subject: 'word count', headline: 'accuracy', metrics: { accuracy: 0.7 }, rows: 20 } as const
    const file = written({ ...exported, figures: [...exported.figures, baseline] })
    expect(openArchive(file, 'mail.softprompt').figures).toEqual([...exported.figures, baseline])
    const files = unzipSync(file)
    const manifest = JSON.parse(Buffer.from(files['manifest.json'] ?? []).toString()) as Record<string, unknown>
    expect(manifest).toMatchObject({ figures: exported.figures, baselines: [baseline] })
    const card = Buffer.from(files['README.md'] ?? []).toString()
    expect(card).toContain('| word count | 70.0 % |')
    expect(card).toMatch(/\| word count .*\|\n\nWord count: .* no language model at all\.\n/)
    expect(
      openArchive(
        changed((old) => delete old['baselines']),
        'mail.softprompt',
      ).figures,
    ).toEqual(exported.figures)
  })

  it('is the same file each time, and holds a card in plain words', () => {
    expect(written()).toEqual(written())
    const card = Buffer.from(unzipSync(written())['README.md'] ?? []).toString()
    expect(card).toContain('Open the file in Softprompt Studio')
    expect(card).toContain('75.0 %')
    expect(card).not.toContain('PEFT')
  })

  it('says in its card which task it was tuned for, and what its figures are of', () => {
    const settings = defaultSettings({ task: 'answering', method: 'prompt-tuning', tokens: 2 })
    const measured = { headline: 'token_f1', metrics: { token_f1: 0.75, exact_match: 0.5 } } as const
    const figures = [{ subject: 'tuned prompt', ...measured, rows: 20 }] as const
    const generation = { ...exported, figures, answers: [], prompt: { ...exported.prompt, settings, labels: [] } }
    const card = Buffer.from(unzipSync(written(generation))['README.md'] ?? []).toString()
    expect(card).toContain('- task: answer a question')
    expect(card).toContain('- answers: written freely')
    expect(card).toContain('| | token_f1 | exact_match | test rows |')
  })

  it('holds an adapter as well, which has no virtual tokens', () => {
    const settings = defaultSettings({ method: 'tail-ia3' }, labels)
    expect(settings.tokens).toBe(0)
    const specs = methodOf(settings).tensors(exported.config, settings)
    const ones = specs.map(({ name, shape }) => [name, { shape, data: new Float32Array(elements(shape)).fill(1) }])
    const prompt = { ...exported.prompt, settings, tensors: Object.fromEntries(ones) as NamedTensors }
    const { promptFor } = openArchive(written({ ...exported, prompt }), 'mail.softprompt')
    expect({ ...promptFor(exported.config), modelHash: prompt.modelHash }).toEqual(prompt)
  })

  it('of a later version is refused, and says what to do', () => {
    const later = changed((manifest) => (manifest['softprompt'] = bundleVersion + 1))
    expect(() => openArchive(later, 'mail.softprompt')).toThrow(/newer version of the studio/)
  })

  it.each([
    ['classification', 'accuracy', 'macro_f1'],
    ['generation', 'fields_or_rouge_l', 'exact_match'],
    ['answering', 'token_f1', 'exact_match'],
  ] as const)('of before metrics had names says of %s what its figures were of', (task, first, second) => {
    const earlier = changed((manifest) => {
      manifest['softprompt'] = 1
      manifest['settings'] = { ...(manifest['settings'] as object), task }
      manifest['figures'] = [{ subject: 'tuned prompt', accuracy: 0.75, macroF1: 0.5, rows: 20 }]
    })
    expect(openArchive(earlier, 'mail.softprompt').figures).toEqual([
      { subject: 'tuned prompt', headline: first, metrics: { [first]: 0.75, [second]: 0.5 }, rows: 20 },
    ])
  })

  it('keeps the limits of its answers, and a chat template that lets the model think or not, as it was tuned', () => {
    const settings = {
      ...defaultSettings({ task: 'generation', method: 'prompt-tuning', tokens: 2, template: { kind: 'chat' } }),
      answers: { tokens: 17, lines: true },
    }
    const file = written({ ...exported, answers: [], prompt: { ...exported.prompt, settings, labels: [] } })
    expect(settings.template.thinking).toBe(false)
    expect(openArchive(file, 'mail.softprompt').promptFor(exported.config)?.settings).toEqual(settings)
    const { thinking: _, ...template } = settings.template
    const earlier = changed((manifest) => {
      manifest['softprompt'] = 2
      manifest['settings'] = { ...settings, template }
      manifest['labels'] = manifest['answers'] = []
    })
    expect(openArchive(earlier, 'mail.softprompt').promptFor(exported.config)?.settings.template).toEqual(template)
  })

  it('with a metric that this studio does not know is read without it', () => {
    const figure = { subject: 'tuned prompt', headline: 'accuracy', rows: 20 }
    const more = changed(
      (manifest) => (manifest['figures'] = [{ ...figure, metrics: { accuracy: 0.75, kappa: 0.5, 'field:n': 1 } }]),
    )
    const metrics = { accuracy: 0.75, 'field:n': 1 }
    expect(openArchive(more, 'mail.softprompt').figures).toEqual([{ ...figure, metrics }])
    const without = changed((manifest) => (manifest['figures'] = [{ ...figure, metrics: {} }]))
    expect(() => openArchive(without, 'mail.softprompt')).toThrow(/damaged/)
  })

  it('that knows a setting more is read without it', () => {
    const more = changed((manifest) => ((manifest['settings'] as Record<string, unknown>)['colour'] = 'red'))
    expect(openArchive(more, 'mail.softprompt').promptFor(exported.config)?.settings).toEqual(exported.prompt.settings)
  })

  it.each([
    ['other numbers', changed((manifest) => (manifest['sha256'] = 'cd'.repeat(32)))],
    ['answers for other labels', changed((manifest) => (manifest['labels'] = ['a', 'b', 'c']))],
    ['one label', changed((manifest) => (manifest['labels'] = ['a']))],
    ['a name that is a path', changed((manifest) => (manifest['name'] = '../../mail'))],
    ['no numbers', zipSync({ 'manifest.json': strToU8('{}') })],
    ['nothing', new Uint8Array()],
    ['some other archive', zipSync({ 'a.txt': strToU8('hello') })],
    [
      'values that are no numbers',
      written({
        ...exported,
        prompt: { ...exported.prompt, tensors: { prompt: { shape: [1], data: Float32Array.of(Number.NaN) } } },
      }),
    ],
  ])('with %s is refused in a sentence', (_, bytes) => {
    expect(() => openArchive(bytes, 'mail.softprompt')).toThrow('mail.softprompt is damaged, or not a prompt file.')
  })

  it('whose bytes have changed is refused by a typed error, or gives the very same prompt', () => {
    const whole = written()
    const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(changes, fc.option(fc.nat(whole.length)), (each, end) => {
        const bytes = Uint8Array.from(whole)
        for (const [at, byte] of each) bytes[at] = byte
        try {
          const opened = openArchive(bytes.subarray(0, end ?? bytes.length), 'f')
          // Settings that no longer fit the numbers are refused once the model is known.
          const { tensors } = opened.promptFor(exported.config) ?? exported.prompt
          expect(tensors).toEqual(exported.prompt.tensors)
        } catch (error) {
          expect(error).toMatchObject({ name: 'StudioError', code: expect.stringMatching(/^prompt\//) as string })
        }
      }),
      { numRuns: 2000 },
    )
  })
})
