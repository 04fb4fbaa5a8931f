// What a run's two figures are called where its rows are not at hand to tell more exactly.
import type { TaskName } from './settings.ts'

/** `accuracy` and `macroF1` of a run's evaluations, by its task. */
export const figureNames: { readonly [T in TaskName]: readonly [first: string, second: string] } = {
  classification: ['accuracy', 'macro-F1'],
  generation: ['right fields or ROUGE-L', 'exactly right'],
  answering: ['token F1', 'exact match'],
}

/** Runs of before there were other tasks are classifications. */
export const figuresOfTask = ({ task = 'classification' }: { readonly task?: TaskName }) => figureNames[task]
