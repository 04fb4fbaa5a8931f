// softprompt.json: what the files of other software have no words for.
import * as v from 'valibot'
import { taskNames, templateKinds } from '../../contract/settings.ts'
import { placements } from '../../contract/setting-specs.ts'
import { answerLimits, calibration, knownAnswers, labelList, sha256 } from './bundle-manifest.ts'
import { baseName } from './card.ts'
import type { Exported } from './format.ts'

/** The template and how it is rendered, the labels, what the parts act on, the base model, and answers to compare with. */
export function meaningFile({ prompt, model, rendering, answers }: Exported): string {
  const { settings, labels } = prompt
  const { task = 'classification', method, placement, tail, template, maxTokens } = settings
  const meaning: Meaning = {
    ...{ task, placement, tail, template, labels: [...labels], max_tokens: maxTokens },
    ...(settings.answers ? { answers: settings.answers } : {}),
    ...(prompt.calibration ? { calibration: prompt.calibration } : {}),
    ...{ base_model: baseName(model), base_model_sha256: model.hash },
    known_answers: answers.map(({ text, probabilities }) => ({ text, probabilities: [...probabilities] })),
  }
  return json({ method, ...meaning, template: { ...template, rendering } })
}

/** What is read of it again: how rows are rendered follows from the rest. */
export const meaningSchema = v.object({
  /** Exports of earlier versions leave out what has a default. */
  task: v.exactOptional(v.picklist(taskNames)),
  placement: v.picklist(placements),
  tail: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1024)),
  template: v.object({
    kind: v.picklist(templateKinds),
    body: text(),
    instruction: text(),
    answerPrefix: text(),
    thinking: v.exactOptional(v.boolean()),
  }),
  labels: labelList,
  max_tokens: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(8), v.maxValue(1_000_000))),
  answers: v.exactOptional(answerLimits),
  calibration: v.exactOptional(calibration),
  base_model: v.pipe(v.string(), v.maxLength(2000)),
  base_model_sha256: sha256,
  known_answers: knownAnswers,
})

export type Meaning = v.InferOutput<typeof meaningSchema>

function text() {
  return v.pipe(v.string(), v.maxLength(1_000_000))
}

export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
