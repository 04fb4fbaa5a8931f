// Memory ran out: the next saving. A smaller batch is none, since a step computes its batch in micro-batches already.
import type { TuneSettings } from '../../../contract/settings.ts'
import { studioError } from '../../../contract/errors/index.ts'
import type { Finding, Rule } from '../rule.ts'

/** How Linux ends the process that takes the most memory. */
const killed = /SIGKILL|SIGABRT/

export const outOfMemory: Rule = ({ run, notes }) => {
  const sentence = studioError('compute/out-of-memory').message
  const short = run.error === sentence || notes.some(({ code }) => code === 'compute/out-of-memory')
  const crash = notes.find(({ code, message }) => code === 'run/crashed' && killed.test(message))
  const crashed = crash !== undefined || (run.state === 'interrupted' && killed.test(run.error ?? ''))
  const saving = short || crashed ? savingOf(run.settings) : undefined
  if (!saving) return undefined
  const at = crash ? ` after step ${String(crash.step)}` : ''
  return {
    evidence: short
      ? `The computer did not have enough memory for this run (batch ${String(run.settings.batch)}, ${String(run.settings.tokens)} virtual tokens).`
      : `The compute process was ended from outside${at}, as happens when memory runs out.`,
    ...saving,
  }
}

/** Fewer virtual tokens are not advised. */
const minTokens = 4

/** The cheapest saving that was not made yet; undefined where all were. */
function savingOf({ memory, precision, tokens }: TuneSettings): Pick<Finding, 'change' | 'settings'> | undefined {
  if (memory !== 'low')
    return {
      change: 'Compute each layer twice per step instead of keeping it in memory (gradient checkpointing).',
      settings: { memory: 'low' },
    }
  if (precision !== 'int8')
    return { change: 'Use the base model in 8 bits: about a quarter of its size.', settings: { precision: 'int8' } }
  if (tokens <= minTokens) return undefined
  const fewer = Math.max(minTokens, Math.floor(tokens / 2))
  return { change: `Take ${String(fewer)} virtual tokens instead of ${String(tokens)}.`, settings: { tokens: fewer } }
}
