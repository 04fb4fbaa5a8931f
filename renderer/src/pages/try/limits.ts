// The length limit of an answer on the Try page, by the task of its prompt.
import type { TaskName } from '../../../../main/contract/settings.ts'

/** The default maximum of new tokens. */
export const defaultLength: { readonly [T in TaskName]: number } = {
  classification: 24,
  generation: 120,
  answering: 32,
}
