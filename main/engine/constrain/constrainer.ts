// Keeps what a model writes in a wanted form: after each token, only those tokens stay that go on with it.
import { studioError } from '../../contract/errors/index.ts'
import type { WrittenForm } from '../../contract/sampling.ts'
import type { Tokenizer } from '../tokens/tokenizer.ts'
import { anyObject } from './json.ts'
import { expressionOf } from './json-schema.ts'
import { type State, startOf } from './machine.ts'
import { createVocabulary, type Vocabulary } from './vocabulary.ts'

/** What a text may go on with. */
export interface Constraint {
  /** Sets the logits [V] of all other tokens to minus infinity. Error: 'serving/schema', where no token goes on. */
  mask(logits: Float32Array): void
  written(id: number): void
}

/** Error: 'serving/schema'. */
export type Constrain = (form: WrittenForm) => Constraint

export function createConstrainer(tokenizer: Tokenizer): Constrain {
  let vocabulary: Vocabulary | undefined
  return ({ json }) => {
    const expression = json === 'object' ? anyObject : expressionOf(json.schema)
    vocabulary ??= createVocabulary(tokenizer.bytes())
    return constraintOf(startOf(expression), vocabulary, tokenizer.ends)
  }
}

/** States whose tokens are remembered: a text often stays in one, such as within a string. */
const REMEMBERED = 16

function constraintOf(start: State, vocabulary: Vocabulary, ends: readonly number[]): Constraint {
  const known = new Map<State, Int32Array>()
  let state = start
  const allowedNow = (): Int32Array => {
    const allowed = known.get(state) ?? vocabulary.allowed(state)
    known.delete(state)
    known.set(state, allowed)
    for (const oldest of known.keys()) if (known.size > REMEMBERED) known.delete(oldest)
    return allowed
  }
  return {
    mask(logits) {
      const allowed = allowedNow()
      const also = state.isComplete ? ends : []
      if (allowed.length + also.length === 0)
        throw studioError('serving/schema', 'no token of the model goes on with what it allows')
      const all = logits.slice()
      logits.fill(-Infinity)
      for (const some of [allowed, also]) for (const id of some) logits[id] = all[id] ?? -Infinity
    },
    written: (id) => {
      // An end token has no bytes, and nothing comes behind it.
      state = vocabulary.after(state, id) ?? state
    },
  }
}
