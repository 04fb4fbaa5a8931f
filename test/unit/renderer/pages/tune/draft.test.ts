// What a draft of a run sends to the service: the choices, and nothing that is the default anyway.
import { expect, it } from 'vitest'
import type { TuneSettings } from '../../../../../main/contract/settings.ts'
import {
  chosenSettings,
  columnsOf,
  decisiveSettings,
  forAnotherTask,
  taskSetting,
  withHandWritten,
  withMethod,
} from '../../../../../renderer/src/pages/tune/draft.ts'

const defaults = { steps: 200, validateEvery: 20, tokens: 16 } as TuneSettings

it('names a context column only where there is one', () => {
  expect(columnsOf({ text: 'a', label: 'b', context: '' })).toEqual({ text: 'a', label: 'b' })
  expect(columnsOf({ text: 'a', label: 'b', context: 'c' })).toEqual({ text: 'a', label: 'b', context: 'c' })
})

it('does not name the usual task', () => {
  expect(taskSetting('classification')).toEqual({})
  expect(taskSetting('answering')).toEqual({ task: 'answering' })
})

it('requests the defaults of task, method, placement and kind of template, and of nothing else', () => {
  const given = {
    method: 'prefix-tuning',
    placement: 'start',
    tokens: 4,
    template: { kind: 'chat', instruction: 'Be brief.' },
  } as const
  expect(decisiveSettings({ task: 'generation', given })).toEqual({
    task: 'generation',
    method: 'prefix-tuning',
    placement: 'start',
    template: { kind: 'chat' },
  })
  expect(decisiveSettings({ task: 'classification', given: { template: { body: '{text}' } } })).toEqual({
    task: 'classification',
  })
})

it('starts with what was chosen, over the steps of an effort', () => {
  const given = { tokens: 4 }
  expect(chosenSettings({ task: 'classification', effort: 'balanced', given }, defaults)).toEqual({ tokens: 4 })
  expect(chosenSettings({ task: 'answering', effort: 'quick', given }, defaults)).toEqual({
    task: 'answering',
    steps: 80,
    patience: 0,
    tokens: 4,
  })
  expect(chosenSettings({ task: 'answering', effort: 'thorough', given: { steps: 9 } }, defaults)).toEqual({
    task: 'answering',
    steps: 9,
    patience: 8,
  })
})

it('names the task of a repeated run where that run did', () => {
  const given = { task: 'classification', tokens: 4 } as const
  expect(chosenSettings({ task: 'classification', effort: 'balanced', given }, defaults)).toEqual(given)
})

it('forgets for another task what belongs to the one before', () => {
  const given = { tokens: 4, loss: 'labels', init: 'text', initText: 'Sort it.', template: { body: '{text}' } } as const
  expect(forAnotherTask(given)).toEqual({ tokens: 4 })
})

it('has no hand-written prompt where its field is blank', () => {
  expect(withHandWritten({ tokens: 4 }, 'Sort it. ')).toEqual({ tokens: 4, handWritten: 'Sort it. ' })
  expect(withHandWritten({ tokens: 4, handWritten: 'Sort it.' }, ' \n')).toEqual({ tokens: 4 })
})

it('takes another method without a placement that it may not have', () => {
  expect(withMethod({ method: 'prompt-tuning', placement: 'before-text', steps: 9 }, 'tail-lora')).toEqual({
    method: 'tail-lora',
    steps: 9,
  })
})
