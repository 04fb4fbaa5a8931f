// Which parts of a template are chosen, and what choosing one does to the others.
import { expect, it } from 'vitest'
import type { Template } from '../../../../../main/contract/settings.ts'
import { hasPlace, isOtherPart, withPart } from '../../../../../renderer/src/pages/tune/template-parts.ts'

const plain: Template = { kind: 'plain', body: 'Text: {text}\nAnswer:', instruction: '', answerPrefix: ' ' }
const chat: Template = { kind: 'chat', body: '{text}', instruction: '', answerPrefix: '' }

it('a part is another one where it is given and not the usual one of its kind', () => {
  expect(isOtherPart('body', {}, plain)).toBe(false)
  expect(isOtherPart('body', { body: plain.body }, plain)).toBe(false)
  expect(isOtherPart('body', { body: 'Q: {text}' }, plain)).toBe(true)
  expect(isOtherPart('kind', { kind: 'chat' }, chat)).toBe(true)
  expect(isOtherPart('body', { kind: 'chat' }, chat)).toBe(false)
})

it('another kind keeps the instruction, and takes its own body and what stands before an answer', () => {
  const given = { body: 'Q: {text}', instruction: 'Be brief.', answerPrefix: ' ' }
  expect(withPart(given, 'kind', 'chat')).toEqual({ kind: 'chat', instruction: 'Be brief.' })
  expect(withPart({ kind: 'chat', body: '{text}!' }, 'kind', undefined)).toEqual({})
  expect(withPart(given, 'body', undefined)).toEqual({ instruction: 'Be brief.', answerPrefix: ' ' })
  expect(withPart({}, 'instruction', 'Sort it.')).toEqual({ instruction: 'Sort it.' })
})

it('a body has one place for the text', () => {
  expect(['{text}', 'a {text} b', '', 'text', '{text}{text}'].map(hasPlace)).toEqual([true, true, false, false, false])
})
