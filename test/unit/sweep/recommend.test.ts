// What a comparison of methods says to take: never an order that the intervals do not give, and then what costs least.
import { describe, expect, it } from 'vitest'
import type { RunMeasures } from '../../../main/contract/measures.ts'
import type { Subject } from '../../../main/contract/records.ts'
import type { ComparedBaseline, ComparedMethod, ComparedRow } from '../../../main/contract/service.ts'
import { recommendationOf } from '../../../main/engine/sweep/recommend.ts'

type Rank = readonly [number, number]

const costs: RunMeasures = {
  parameters: 100_000,
  fileBytes: 1_000_000,
  seconds: 60,
  peakBytes: 1e9,
  answerMilliseconds: 40,
  switchMilliseconds: 1,
  neutral: undefined,
}

const band = (mean: number) => ({ mean, low: mean - 0.08, high: mean + 0.07 })

const method = (
  name: string,
  mean: number | undefined,
  rank: Rank | undefined,
  own: Partial<RunMeasures> | 'unknown' = {},
  fate: ComparedMethod['fate'] = mean === undefined ? 'left behind' : 'finished',
): ComparedMethod => ({
  ...{ kind: 'method', number: 1, method: name, runs: [], fate, targets: [], use: undefined, rank },
  test: mean === undefined ? undefined : band(mean),
  measures: own === 'unknown' ? undefined : { ...costs, ...own },
})

const baseline = (subject: Subject, mean: number, rank: Rank): ComparedBaseline => ({
  ...{ kind: 'baseline', subject, test: band(mean), rank },
})

const alone = baseline('no prompt', 0.24, [3, 4])
const written = baseline('hand-written prompt', 0.31, [3, 4])

describe('what to take', () => {
  it.each<[string, readonly ComparedRow[], sentence: string, take: string | undefined]>([
    [
      'one that is better than all',
      [method('tail-ia3', 0.82, [1, 1]), method('prefix-tuning', 0.7, [2, 2]), alone, written],
      'Take tail IA3: 82.0 %, 95 % interval 74 to 89 on 100 test rows, better than everything else that was evaluated.',
      'tail-ia3',
    ],
    [
      'the only one that was not stopped early',
      [method('lora', 0.82, [1, 1]), method('prefix-tuning', undefined, undefined), alone],
      'Take LoRA: 82.0 %, 95 % interval 74 to 89 on 100 test rows, better than everything else that was evaluated. The others were stopped early, as the validation set was worse for them.',
      'lora',
    ],
    [
      'of two that do equally well the smaller one, however their figures differ',
      [
        method('tail-lora', 0.82, [1, 2], { fileBytes: 2_000_000, seconds: 180 }),
        method('tail-ia3', 0.76, [1, 2]),
        alone,
        written,
      ],
      'Tail LoRA and tail IA3 do equally well, as far as 100 test rows can tell (76.0 to 82.0 %); take tail IA3: half the size and a third of the time to tune.',
      'tail-ia3',
    ],
    [
      'what costs nothing of the model’s ability before what is smaller',
      [
        method('prompt-tuning', 0.8, [1, 2], { fileBytes: 40_000, neutral: { alone: 3, tuned: 3.4 } }),
        method('tail-ia3', 0.8, [1, 2]),
      ],
      'Prompt tuning and tail IA3 do equally well, as far as 100 test rows can tell (80.0 %); take tail IA3: nothing of the model’s general ability lost.',
      'tail-ia3',
    ],
    [
      'what answers clearly faster before what is smaller',
      [
        method('prompt-tuning', 0.8, [1, 3], { fileBytes: 40_000, answerMilliseconds: 90 }),
        method('prefix-tuning', 0.81, [1, 3], { answerMilliseconds: 45 }),
        method('tail-ia3', 0.8, [1, 3], { fileBytes: 550_000 }),
      ],
      'Prompt tuning, prefix tuning and tail IA3 do equally well, as far as 100 test rows can tell (80.0 to 81.0 %); take tail IA3, which answers about as fast as any of them, with the smallest file of those that do.',
      'tail-ia3',
    ],
    [
      'what costs nothing of the model’s ability, where others that do not are smaller or faster',
      [
        method('prompt-tuning', 0.8, [1, 3], { fileBytes: 40_000, neutral: { alone: 3, tuned: 3.4 } }),
        method('prefix-tuning', 0.8, [1, 3], { fileBytes: 2_000_000 }),
        method('tail-ia3', 0.8, [1, 3]),
      ],
      'Prompt tuning, prefix tuning and tail IA3 do equally well, as far as 100 test rows can tell (80.0 %); take tail IA3, which costs nothing of the model’s general ability.',
      'tail-ia3',
    ],
    [
      'the smallest file of several that are alike otherwise',
      [
        method('tail-lora', 0.8, [1, 3], { fileBytes: 9_000_000 }),
        method('prefix-tuning', 0.81, [1, 3]),
        method('tail-bias', 0.8, [1, 3], { fileBytes: 300_000, peakBytes: 7e8 }),
      ],
      'Tail LoRA, prefix tuning and tail biases do equally well, as far as 100 test rows can tell (80.0 to 81.0 %); take tail biases: the smallest file and the least memory.',
      'tail-bias',
    ],
    [
      'counted where they are many',
      [
        ...['prefix-tuning', 'tail-lora', 'tail-bias', 'lora'].map((name) => method(name, 0.8, [1, 5])),
        method('tail-ia3', 0.8, [1, 5], { fileBytes: 50_000 }),
      ],
      '5 methods do equally well, as far as 100 test rows can tell (80.0 %); take tail IA3: the smallest file.',
      'tail-ia3',
    ],
    [
      'none of them where their costs are not known',
      [method('tail-lora', 0.8, [1, 2], 'unknown'), method('tail-ia3', 0.8, [1, 2], 'unknown')],
      'Tail LoRA and tail IA3 do equally well, as far as 100 test rows can tell (80.0 %). What they cost was not measured.',
      undefined,
    ],
    [
      'a baseline that nothing is known to beat, the simplest one',
      [
        method('tail-ia3', 0.4, [1, 4]),
        method('prefix-tuning', 0.38, [1, 4]),
        baseline('hand-written prompt', 0.36, [1, 4]),
        baseline('no prompt', 0.35, [1, 4]),
      ],
      'Keep the model alone (35.0 %, 95 % interval 27 to 42): 100 test rows do not tell tail IA3 or prefix tuning from it, and it needs no tuning. More test rows would tell.',
      undefined,
    ],
    [
      'the hand-written prompt, where it beats the model alone and no method beats it',
      [
        method('tail-ia3', 0.4, [1, 2]),
        baseline('hand-written prompt', 0.36, [1, 2]),
        baseline('no prompt', 0.1, [3, 3]),
      ],
      'Keep the best hand-written prompt (36.0 %, 95 % interval 28 to 43): 100 test rows do not tell tail IA3 from it, and it needs no tuning. More test rows would tell.',
      undefined,
    ],
    [
      'a baseline that is better than everything tuned',
      [method('tail-ia3', 0.4, [2, 2]), baseline('hand-written prompt', 0.7, [1, 1])],
      'Keep the best hand-written prompt (70.0 %, 95 % interval 62 to 77): on 100 test rows it does better than everything tuned here.',
      undefined,
    ],
    [
      'the word count, where nothing is known to beat it: then the task may not need a language model',
      [
        method('tail-ia3', 0.8, [1, 3]),
        baseline('linear probe', 0.78, [1, 3]),
        baseline('word count', 0.76, [1, 3]),
        alone,
      ],
      'Keep the word count (76.0 %, 95 % interval 68 to 83): 100 test rows do not tell tail IA3 from it, and it needs no tuning. More test rows would tell. This task may not need a language model.',
      undefined,
    ],
    [
      'nothing, where nothing has finished',
      [method('tail-ia3', undefined, undefined, 'unknown', 'failed'), alone],
      'No method has finished, so there is nothing to take yet.',
      undefined,
    ],
  ])('is %s', (_, compared, sentence, take) => {
    expect(recommendationOf(compared, 100)).toEqual({ sentence, take })
  })

  it.each([
    [0.05, 'less than a tenth of'],
    [0.1, 'a tenth of'],
    [0.19, 'a fifth of'],
    [0.26, 'a quarter of'],
    [0.35, 'a third of'],
    [0.52, 'half'],
    [0.63, 'two thirds of'],
    [0.78, 'three quarters of'],
  ])('is %f of the other’s size: %s', (share, words) => {
    const two = [method('tail-lora', 0.8, [1, 2]), method('tail-ia3', 0.8, [1, 2], { fileBytes: 1e6 * share })]
    expect(recommendationOf(two, 9).sentence).toContain(`take tail IA3: ${words} the size.`)
  })
})
