// The studio's own prompt file: one archive that another studio opens, with the vectors and all settings that they need.
import { createHash } from 'node:crypto'
import { fileName } from '../../contract/names.ts'
import { type BaselineName, baselineNames, type Subject } from '../../contract/records.ts'
import { zipped } from './archive.ts'
import { type BundleManifest, bundleVersion } from './bundle-manifest.ts'
import { card } from './card.ts'
import type { Exported, Files } from './format.ts'
import { safetensorsFile } from './safetensors.ts'

/** One file, NAME.softprompt: a zip of the manifest, the tensors as they were tuned, and the card. */
export function bundle(exported: Exported): Files {
  const { name, model, prompt, figures, answers } = exported
  const vectors = safetensorsFile(prompt.tensors)
  const brief = figures.map(({ subject, headline, metrics, rows }) => ({ subject, headline, metrics, rows }))
  const manifest: BundleManifest = {
    softprompt: bundleVersion,
    name,
    base: { name: model.name, hash: model.hash, family: model.family },
    labels: prompt.labels,
    settings: prompt.settings,
    figures: brief.filter((each) => !isBaseline(each)),
    baselines: brief.filter(isBaseline),
    answers,
    ...(prompt.calibration ? { calibration: prompt.calibration } : {}),
    sha256: createHash('sha256').update(vectors).digest('hex'),
  }
  const files = {
    'manifest.json': `${JSON.stringify(manifest, null, 2)}\n`,
    'prompt.safetensors': vectors,
    'README.md': card(exported, 'studio'),
  }
  return { [fileName(name, '.softprompt')]: zipped(files) }
}

const isBaseline = <F extends { readonly subject: Subject }>(figures: F): figures is F & { subject: BaselineName } =>
  (baselineNames as readonly Subject[]).includes(figures.subject)
