// What is proposed first: methods that exist, and defaults that follow it.
import { describe, expect, it } from 'vitest'
import { proposalNames, proposalOf, proposals, usualProposals } from '../../../main/contract/proposals.ts'
import { type GivenSettings, taskNames } from '../../../main/contract/settings.ts'
import { methodOf } from '../../../main/engine/method/index.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'

describe('proposals', () => {
  it.each(proposalNames)('%s: a method whose text can be precomputed', (name) => {
    expect(methodOf({ method: proposals[name] }).placements).toContain('after-text')
    expect(proposalOf(proposals[name])).toBe(name)
  })

  it.each(taskNames)('%s: a run without a method takes the proposed one', (task) => {
    expect(defaultSettings({ task }).method).toBe(proposals[usualProposals[task]])
  })

  it('give way to the one that has the settings which were given', () => {
    expect(defaultSettings({ tokens: 8 }).method).toBe(proposals['soft prompt'])
    expect(defaultSettings({ placement: 'start' }).method).toBe(proposals['soft prompt'])
    expect(defaultSettings({ task: 'generation', rank: 4 } as GivenSettings).method).toBe(proposals['most accurate'])
  })

  it('are none where another method was chosen', () => {
    expect(proposalOf('bitfit')).toBeUndefined()
  })
})
