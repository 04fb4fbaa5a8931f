// What is proposed first: methods that exist, and defaults that follow it.
import { describe, expect, it } from 'vitest'
import { proposalNames, proposalOf, proposals, usualProposal } from '../../../main/contract/proposals.ts'
import { methodOf } from '../../../main/engine/method/index.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'

describe('proposals', () => {
  it.each(proposalNames)('%s: a method whose text can be precomputed', (name) => {
    expect(methodOf({ method: proposals[name] }).placements).toContain('after-text')
    expect(proposalOf({ method: proposals[name] })).toBe(name)
  })

  it('has a default, which a run without a method takes', () => {
    expect(proposalOf({})).toBe(usualProposal)
    expect(defaultSettings().method).toBe(proposals[usualProposal])
  })

  it('is none where another method was chosen', () => {
    expect(proposalOf({ method: 'bitfit' })).toBeUndefined()
  })
})
