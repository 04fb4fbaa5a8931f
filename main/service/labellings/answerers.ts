// Who answers the texts of a table: prompts by themselves, or several as one.
import type { ScoredAnswer, TextToAnswer, TunedPrompt } from '../../contract/compute.ts'
import { answeringPrompts, type LabellingRecord } from '../../contract/methods/labellings.ts'
import { answerTogether } from '../../engine/evaluate/committee.ts'
import type { Store } from '../../engine/store/store.ts'
import type { AnsweredPiece, GivenAnswer } from '../../engine/store/tables/labellings.ts'
import { serveForEvent } from '../compute/serving.ts'
import type { CallContext, ServiceContext } from '../context.ts'
import { findTuned, type Tuned } from '../prompts/tuned.ts'
import { sealedModel } from '../runs/material.ts'

/** Gives one answer to each text. */
export interface Answerer {
  readonly prompts: readonly Tuned[]
  /** Whether the prompts answer as one, by the mean of their probabilities; otherwise there is one prompt. */
  readonly together: boolean
}

/** None where a person answers. Errors: those of `findTuned`. */
export async function answerersOf(store: Store, labelling: LabellingRecord): Promise<readonly Answerer[]> {
  const all = labelling.prompts.map(async (prompt) => ({
    prompts: await Promise.all(
      answeringPrompts(prompt).map(async (name, i) =>
        atTemperature(await findTuned(store, name), prompt.temperatures?.[i] ?? 1),
      ),
    ),
    together: prompt.members !== undefined,
  }))
  return (await Promise.all(all)).filter(({ prompts }) => prompts.length > 0)
}

/** All answers to a table are at one temperature, so that they can be told apart by how sure they are. */
function atTemperature(tuned: Tuned, temperature: number): Tuned {
  const { calibration = { temperature: 1, rows: 0 } } = tuned.prompt
  return { ...tuned, prompt: { ...tuned.prompt, calibration: { ...calibration, temperature } } }
}

/**
 * [answerers]: the answers by row; a row without text has none. Prompts of one precision of a model share one reading of each
 * text. Errors: those of `serveJob`.
 */
export async function answersOf(
  context: ServiceContext,
  answerers: readonly Answerer[],
  rows: AnsweredPiece['rows'],
  call: CallContext,
): Promise<readonly ReadonlyMap<number, GivenAnswer>[]> {
  const filled = rows.filter(({ text }) => text.trim() !== '')
  if (filled.length === 0) return answerers.map(() => new Map<number, GivenAnswer>())
  const texts = filled.map(({ text, context }): TextToAnswer => ({ text, context }))
  const found = new Map<Tuned, readonly ScoredAnswer[]>()
  const sharing = ({ model, prompt }: Tuned): string => JSON.stringify([model.id, prompt.settings.precision])
  const all = answerers.flatMap(({ prompts }) => prompts)
  for (const some of Map.groupBy(all, sharing).values()) {
    const answers = await askPrompts(context, some, texts, call)
    for (const [i, tuned] of some.entries()) found.set(tuned, answers[i] ?? [])
  }
  return answerers.map((answerer) => {
    const own = answerer.prompts.map((tuned) => found.get(tuned) ?? [])
    const answers = filled.flatMap(({ row }, at): [number, GivenAnswer][] => {
      const given = own.flatMap((each) => each[at] ?? [])
      return given.length === 0 ? [] : [[row, answerOf(answerer, given)]]
    })
    return new Map(answers)
  })
}

/** The answer to one text, from those of each prompt. */
function answerOf({ prompts, together }: Answerer, given: readonly ScoredAnswer[]): GivenAnswer {
  const [{ answer, confidence, cut }] = given as readonly [ScoredAnswer]
  if (!together) return { answer, confidence, cut }
  const labels = prompts[0]?.prompt.labels ?? []
  const members = given.map(({ answer: predicted, logProbabilities }) => ({
    ...{ row: 0, label: '', predicted, logProbabilities },
  }))
  const { predicted, logProbabilities, agreeing } = answerTogether(labels, members)
  const mostCut = Math.max(...given.map((each) => each.cut))
  return { answer: predicted, confidence: Math.exp(Math.max(...logProbabilities)), cut: mostCut, agreeing }
}

/** [prompts][texts], of prompts of one precision of a model. */
async function askPrompts(
  context: ServiceContext,
  tuned: readonly Tuned[],
  texts: readonly TextToAnswer[],
  call: CallContext,
): Promise<readonly (readonly ScoredAnswer[])[]> {
  const { store, threads } = context
  const prompts = tuned.map(({ prompt }): TunedPrompt => prompt)
  const [first] = tuned as [Tuned]
  const model = await sealedModel(store, first.model.id)
  const job = { kind: 'label' as const, model, settings: first.prompt.settings, prompts, texts, threads }
  return (await serveForEvent(context, call, job, 'answers')).answers
}
