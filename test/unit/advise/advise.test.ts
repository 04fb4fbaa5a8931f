// Each rule of the advisor speaks up on a run made to need it, and is silent on a healthy one.
import { describe, expect, it } from 'vitest'
import { studioError } from '../../../main/contract/errors/index.ts'
import type { AdviceRule } from '../../../main/contract/service.ts'
import { advise } from '../../../main/engine/advise/index.ts'
import { taskOf } from '../../../main/engine/task/index.ts'
import { evidenceOf, labels, type Shape } from './evidence.ts'

const flat = (): number => 1.75
/** A curve that has learned all that it will, short of where it should be. */
const stuck = (share: number): number => 1.2 + 0.6 * Math.exp(-8 * share)
const failed = { state: 'failed', error: studioError('compute/out-of-memory').message } as const
const poor = { tuned: 0.5, loss: stuck }

interface Case {
  readonly rule: AdviceRule
  readonly when: string
  readonly shape: Shape
  readonly evidence: RegExp
  readonly settings: Readonly<Record<string, unknown>>
}

const cases: readonly Case[] = [
  {
    rule: 'out-of-memory',
    when: 'memory ran out',
    shape: { run: failed },
    evidence: /not have enough memory.*batch 16, 16 virtual tokens/,
    settings: { memory: 'low' },
  },
  {
    rule: 'out-of-memory',
    when: 'memory ran out though memory use was set to low',
    shape: { run: failed, settings: { memory: 'low' } },
    evidence: /not have enough memory/,
    settings: { precision: 'int8' },
  },
  {
    rule: 'out-of-memory',
    when: 'memory ran out though all else was saved',
    shape: { run: failed, settings: { memory: 'low', precision: 'int8' } },
    evidence: /not have enough memory/,
    settings: { tokens: 8 },
  },
  {
    rule: 'out-of-memory',
    when: 'the system killed it',
    shape: {
      notes: [{ step: 40, code: 'run/crashed', message: studioError('run/crashed', 'signal SIGKILL', '').message }],
    },
    evidence: /ended from outside after step 40/,
    settings: { memory: 'low' },
  },
  {
    rule: 'rate-too-high',
    when: 'the loss was no number any more',
    shape: {
      settings: { learningRate: 20 },
      taken: 4,
      notes: [{ step: 5, code: 'tuning/not-finite', message: '' }],
      tuned: 0.3,
    },
    evidence: /stopped being a number at step 5/,
    settings: { learningRate: 0.05 },
  },
  {
    rule: 'rate-too-high',
    when: 'the loss ended above its start',
    shape: {
      settings: { learningRate: 0.1 },
      loss: (share) => 1.8 + 3 * share,
      norm: (share) => 1 + 9 * share,
      tuned: 0.2,
    },
    evidence: /from 1\.8 up to 4\.8; the gradient’s usual size went from [\d.]+ to [\d.]+/,
    settings: { learningRate: 0.033 },
  },
  {
    rule: 'rate-too-high',
    when: 'the gradient jumped and the loss did not come back',
    shape: {
      loss: (share) => (share < 0.5 ? 1.8 : 1.95),
      notes: [{ step: 75, code: 'tuning/exploding', message: '' }],
      tuned: 0.2,
    },
    evidence: /the gradient jumped at step 75/,
    settings: { learningRate: 0.017 },
  },
  {
    rule: 'rate-too-low',
    when: 'the loss hardly moved',
    shape: { settings: { learningRate: 1e-5 }, loss: (share) => 1.8 - 0.02 * share, norm: () => 1, tuned: 0.28 },
    evidence: /In 150 steps the validation loss went from 1\.8 to 1\.78/,
    settings: { learningRate: 0.05 },
  },
  {
    rule: 'rate-too-low',
    when: 'the gradient vanished',
    shape: { loss: flat, norm: () => 1e-8, notes: [{ step: 5, code: 'tuning/vanishing', message: '' }], tuned: 0.28 },
    evidence: /the gradient’s usual size from 1[\d.]*e-8|9[\d.]*e-9/,
    settings: { learningRate: 0.15 },
  },
  {
    rule: 'stopped-early',
    when: 'too few steps were taken',
    shape: {
      settings: { steps: 60, schedule: 'constant', warmup: 0 },
      loss: (share) => 1.8 - 0.8 * share,
      tuned: 0.6,
    },
    evidence: /still fell when it ended at step 60: 1\.8 at first, 1\.4 half-way, 1 at last.*60 %/,
    settings: { steps: 120 },
  },
  {
    rule: 'stopped-early',
    when: 'its owner ended it',
    shape: { taken: 40, loss: (share) => 1.8 - 2 * share, tuned: 0.6 },
    evidence: /ended at step 40/,
    settings: { steps: 150 },
  },
  {
    rule: 'over-fitting',
    when: 'validation turned while training fell',
    shape: { validation: (share) => 0.6 + 4 * (share - 0.4) ** 2, tuned: 0.8 },
    evidence: /best at step 60 \(0\.6\) and rose to 2\.04, while the training loss went on from [\d.]+ to 0\.1/,
    settings: { tokens: 8 },
  },
  {
    rule: 'over-fitting',
    when: 'it did so with few virtual tokens',
    shape: { settings: { tokens: 8 }, validation: (share) => 0.6 + 4 * (share - 0.4) ** 2, tuned: 0.8 },
    evidence: /rose to/,
    settings: { weightDecay: 0.1 },
  },
  {
    rule: 'words-alone',
    when: 'words alone do as well',
    shape: { tuned: 0.95, wordCount: 0.94 },
    evidence:
      /^Words alone do as well: 94 % by a word count without a language model, 95 % with the tuned prompt \(500 test rows\)\.$/,
    settings: {},
  },
  {
    rule: 'words-alone',
    when: 'words alone do better',
    shape: { ...poor, wordCount: 0.6 },
    evidence: /60 % by a word count/,
    settings: {},
  },
  {
    rule: 'task-mismatch',
    when: 'neither did better than guessing',
    shape: { noPrompt: 0.17, tuned: 0.18, loss: stuck },
    evidence: /18 % with the tuned prompt and 17 % without a prompt \(500 test rows\); guessing would have 17 %/,
    settings: { template: expect.objectContaining({ instruction: taskOf({}).instruction(labels) }) as unknown },
  },
  {
    rule: 'too-few-rows',
    when: 'a label has few rows',
    shape: { ...poor, rows: { train: 30, validation: 6, test: 12 } },
    evidence: /^30 rows to learn 6 labels from are fewer than 10 a label/,
    settings: { tokens: 8 },
  },
  {
    rule: 'initialisation',
    when: 'the virtual tokens began at random',
    shape: { ...poor, settings: { init: 'random' } },
    evidence: /50 % with the tuned prompt.*started from random numbers/,
    settings: { init: 'text' },
  },
  {
    rule: 'too-few-tokens',
    when: 'there were four virtual tokens',
    shape: { ...poor, settings: { tokens: 4 }, parameters: 7e9 },
    evidence: /4 virtual tokens; 8 to 32 are usual/,
    settings: { tokens: 8 },
  },
  {
    rule: 'small-model',
    when: 'the usual tokens were too few for a small model',
    shape: poor,
    evidence: /small \(135 million parameters\), and 16 virtual tokens/,
    settings: { tokens: 32 },
  },
  {
    rule: 'larger-model',
    when: 'a small model is right too seldom',
    shape: { tuned: 0.83 },
    evidence: /83 % with the tuned prompt.*135 million parameters/,
    settings: {},
  },
  {
    rule: 'more-rows',
    when: 'it is not known what more rows bring',
    shape: { tuned: 0.83 },
    evidence: /83 % with the tuned prompt.*after learning from 900 rows/,
    settings: {},
  },
  {
    rule: 'more-rows',
    when: 'fewer rows did worse',
    shape: {
      tuned: 0.8,
      rows: { train: 400, validation: 100, test: 500 },
      smaller: [
        { train: 200, tuned: 0.7 },
        { train: 100, tuned: 0.55 },
      ],
      answered: [
        ['human', 'number', 0.5, 5],
        ['human', 'human', 0.9, 3],
        ['number', 'number', 0.9, 20],
      ],
    },
    evidence:
      /^With 100, 200 and 400 rows to learn from, 55 %, 70 % and 80 % were right\. If that goes on, 200 more bring 4 points \(95 % band: 4 to 5\)/,
    settings: {},
  },
  {
    rule: 'too-short',
    when: 'it was a quick one',
    shape: { settings: { steps: 60 }, tuned: 0.8 },
    evidence: /^It took 60 steps, where 150 are usual\. Right answers: 80 %/,
    settings: { steps: 150 },
  },
  {
    rule: 'mixed-up',
    when: 'two labels were taken for each other',
    shape: {
      tuned: 0.9,
      answered: [
        ['entity', 'description', 0.6, 9],
        ['description', 'entity', 0.6, 1],
        ['human', 'location', 0.5, 4],
        ['human', 'human', 0.9, 86],
      ],
    },
    evidence:
      /^10 of 14 wrong answers mix up “description” and “entity”: 1 row of “description” and 9 rows of “entity”\. They are 10 % of the test rows/,
    settings: {},
  },
  {
    rule: 'wrong-labels',
    when: 'it surely gives other labels',
    shape: {
      tuned: 0.93,
      answered: [
        ['entity', 'human', 0.97, 3],
        ['human', 'number', 0.6, 2],
        ['human', 'human', 0.9, 95],
      ],
    },
    evidence: /^3 test rows are answered with another label with at least 90 % confidence.*\(3\.0 % of the test rows\)/,
    settings: {},
  },
]

describe('the advisor', () => {
  it.each(cases)('proposes one change where $when ($rule)', ({ rule, shape, evidence, settings }) => {
    const advice = advise(evidenceOf(shape))
    const own = advice.find((each) => each.rule === rule)
    expect(own).toBeDefined()
    expect(own?.evidence).toMatch(evidence)
    expect(own?.change).toMatch(/[.:”]$/)
    expect(own?.settings).toEqual(settings)
    for (const { settings: change, shares, minutes } of advice) {
      expect(Object.keys(change).length).toBeLessThanOrEqual(1)
      expect(minutes !== undefined).toBe(shares !== undefined || Object.keys(change).length === 1)
    }
  })

  it('names first what may put the most rows right', () => {
    const answered = [
      ['entity', 'human', 0.97, 3],
      ['entity', 'description', 0.6, 9],
      ['human', 'human', 0.9, 88],
    ] as const
    const found = advise(evidenceOf({ tuned: 0.88, answered }))
    expect(found.map(({ rule, gain }) => [rule, gain])).toEqual([
      ['mixed-up', 0.09],
      ['wrong-labels', 0.03],
      ['more-rows', undefined],
      ['larger-model', undefined],
    ])
    expect(found[0]?.rows).toEqual({ groups: [{ label: 'entity', predicted: 'description' }] })
    expect(found[1]?.rows).toEqual({ groups: [{ label: 'entity', predicted: 'human', rows: [0, 1, 2] }] })
  })

  it('waits for runs on fewer rows that are under way, and promises nothing where they did as well', () => {
    const half = { train: 450, tuned: 0.83 }
    const coming = advise(evidenceOf({ tuned: 0.83, smaller: [{ train: 225, tuned: undefined }, half] }))
    expect(coming.find(({ rule }) => rule === 'more-rows')).toMatchObject({
      change: expect.stringContaining('being measured') as unknown,
    })
    expect(coming.find(({ rule }) => rule === 'more-rows')?.shares).toBeUndefined()
    const level = advise(evidenceOf({ tuned: 0.83, smaller: [{ train: 225, tuned: 0.84 }, half] }))
    expect(level.map(({ rule }) => rule)).not.toContain('more-rows')
  })

  it('does not take a prompt that is often wrong for a judge of labels', () => {
    const answered = [['entity', 'human', 0.97, 40]] as const
    expect(advise(evidenceOf({ tuned: 0.6, answered })).map(({ rule }) => rule)).not.toContain('wrong-labels')
  })

  it('has a case here for each of its rules', () => {
    expect(new Set(cases.map(({ rule }) => rule)).size).toBe(16)
  })

  it.each([
    ['as the benches are', {}],
    ['slower, with less to gain', { loss: (share: number) => 0.3 + 1.5 * Math.exp(-6 * share), tuned: 0.91 }],
    ['good without a prompt already', { loss: () => 0.2, noPrompt: 0.93, tuned: 0.94 }],
    ['ahead of a word count', { wordCount: 0.9 }],
    ['on a large model', { parameters: 7e9, tuned: 0.92 }],
    ['with a jump that it got over', { notes: [{ step: 30, code: 'tuning/exploding', message: '' }] }],
    ['that was stopped and is not evaluated', { run: { state: 'stopped' }, taken: 60 } satisfies Shape],
  ] as const)('is silent on a healthy run: %s', (_, shape) => {
    expect(advise(evidenceOf(shape))).toEqual([])
  })

  it('speaks of faults of the run before anything else', () => {
    const found = advise(
      evidenceOf({ ...poor, settings: { tokens: 4, init: 'random', learningRate: 3 }, loss: (share) => 1.8 + share }),
    )
    expect(found.map(({ rule }) => rule)).toEqual(['rate-too-high'])
  })

  it('has nothing more to propose for memory where all was saved', () => {
    const settings = { memory: 'low', precision: 'int8', tokens: 4 } as const
    expect(advise(evidenceOf({ run: failed, settings }))).toEqual([])
  })
})
