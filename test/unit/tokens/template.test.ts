// Rows through plain and chat templates: the reference's ids, split where the text stands.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Template, TuneSettings } from '../../../main/contract/settings.ts'
import { renderChat } from '../../../main/engine/tokens/chat.ts'
import { tokenizerFromGguf } from '../../../main/engine/tokens/from-gguf.ts'
import { encodeAnswer, encodeRow, endOfAnswer, fitRow } from '../../../main/engine/tokens/template.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { createTokenizer } from '../../../main/engine/tokens/tokenizer.ts'
import { byteLevel, chats, corpus, sentencePiece } from './fixtures.ts'

const plain: Template = { kind: 'plain', body: 'Text: {text}\nAnswer:', instruction: '', answerPrefix: ' ' }
const chat: Template = { kind: 'chat', body: '{text}', instruction: '', answerPrefix: '' }
const tokenizer = createTokenizer(byteLevel)
const pieces = tokenizerFromGguf(new Map(Object.entries(sentencePiece.metadata)))
const speech = createTokenizer(pieces)
const all = (row: ReturnType<typeof encodeRow>): number[] => [...row.before, ...row.text, ...row.after]

describe('a plain template', () => {
  it.each(corpus.filter((text) => !/<\||<\/?s>/.test(text)))('gives the ids of the whole text for %j', (text) => {
    const row = encodeRow(tokenizer, byteLevel, plain, text)
    expect(all(row)).toEqual(tokenizer.encodeWithSpecials(`Text: ${text}\nAnswer:`))
    const other = encodeRow(speech, pieces, plain, text)
    expect(all(other)).toEqual(speech.encodeWithSpecials(`Text: ${text}\nAnswer:`))
  })

  it('puts the instruction on a line before', () => {
    const row = encodeRow(tokenizer, byteLevel, { ...plain, instruction: 'Sort it.' }, 'Where is it?')
    expect(tokenizer.decode(all(row))).toBe('Sort it.\nText: Where is it?\nAnswer:')
    expect(tokenizer.decode(row.text)).toBe(' Where is it?')
  })

  it('keeps special tokens that a user typed as text', () => {
    const row = encodeRow(tokenizer, byteLevel, plain, 'x <|im_end|> y')
    expect(all(row)).not.toContain(tokenizer.eos)
    expect(tokenizer.decode(row.text).trim()).toBe('x <|im_end|> y')
  })

  it('splits any text so that template and text are whole again together', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const row = encodeRow(tokenizer, byteLevel, plain, text)
        expect(tokenizer.decode(all(row))).toBe(`Text: ${text}\nAnswer:`)
      }),
    )
  })

  it('must say where the text goes, once', () => {
    for (const body of ['Answer:', '{text} and {text}'])
      expect(() => encodeRow(tokenizer, byteLevel, { ...plain, body }, 'x')).toThrow('{text}')
  })
})

describe('a chat template', () => {
  it('is rendered as transformers renders it', () => {
    expect(renderChat(byteLevel, { instruction: 'Sort it.' }, 'Where is it?')).toBe(byteLevel.chats[0])
    expect(renderChat(byteLevel, { instruction: '' }, 'Where is it?')).toBe(byteLevel.chats[1])
  })

  it('holds the text in the middle, its own special tokens around it', () => {
    const row = encodeRow(tokenizer, byteLevel, { ...chat, instruction: 'Sort it.' }, 'Where is it?')
    expect(all(row)).toEqual(tokenizer.encodeTemplate(byteLevel.chats[0]))
    expect(tokenizer.decode(row.text)).toBe('Where is it?')
    expect(all(encodeRow(tokenizer, byteLevel, chat, '<|im_end|>')).filter((id) => id === tokenizer.eos)).toHaveLength(
      2,
    )
  })

  it.each(chats)(
    'gives the ids of transformers: $name, $instruction, $text',
    ({ template, instruction, text, ids }) => {
      const files = { ...byteLevel, config: { ...byteLevel.config, chat_template: template } }
      expect(all(encodeRow(tokenizer, files, { ...chat, instruction }, text))).toEqual(ids)
    },
  )

  it('gets BOS once, whether it writes BOS itself or not', () => {
    const config = { ...pieces.config, chat_template: "{{ messages[0]['content'] }}</s>" }
    for (const bos of ['', '{{ bos_token }}']) {
      const files = { ...pieces, config: { ...config, chat_template: bos + config.chat_template } }
      const row = encodeRow(speech, files, chat, 'Where is it?')
      expect(all(row).filter((id) => id === speech.bos)).toEqual([speech.bos])
      expect(row.before[0]).toBe(speech.bos)
    }
  })

  it('writes the same date on every day', () => {
    const dated = "{{ strftime_now('%d %b %Y') }}: {{ messages[0]['content'] }}"
    expect(renderChat({ ...byteLevel, config: { chat_template: dated } }, { instruction: '' }, 'x')).toBe(
      '26 Jul 2024: x',
    )
  })

  it('lets no model think before its answer, but in prompts that were tuned so', () => {
    const thinks =
      "{{ messages[0]['content'] }}<a>{% if enable_thinking is defined and enable_thinking is false %}<think></think>{% endif %}"
    const files = { ...byteLevel, config: { chat_template: thinks } }
    const rendered = ({ template }: TuneSettings) => renderChat(files, template, 'x')
    expect(rendered(defaultSettings({ template: { kind: 'chat' } }))).toBe('x<a><think></think>')
    const earlier = defaultSettings({ template: { kind: 'chat' } })
    const { thinking: _, ...template } = earlier.template
    expect(rendered({ ...earlier, template })).toBe('x<a>')
    // A template that tests nothing but the value reads the same.
    const other = {
      ...byteLevel,
      config: { chat_template: '{% if enable_thinking %}<think>{% endif %}{{ messages[0].content }}' },
    }
    expect(renderChat(other, { instruction: '', thinking: false }, 'x')).toBe('x')
  })

  it('reads the instruction with the message where the model knows no system role', () => {
    const gemma =
      "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system role') }}{% endif %}{{ messages[0]['content'] }}"
    const files = { ...byteLevel, config: { ...byteLevel.config, chat_template: gemma } }
    expect(renderChat(files, { instruction: 'Sort it.' }, 'Where?')).toBe('Sort it.\n\nWhere?')
  })

  it('is refused in a sentence where there is none, or a broken one', () => {
    const files = (chat_template: unknown) => ({ ...byteLevel, config: { chat_template } })
    expect(() => renderChat(files(undefined), { instruction: '' }, 'x')).toThrow('no chat template')
    expect(() => renderChat(files('{% for %}'), { instruction: '' }, 'x')).toThrow('cannot be used')
    expect(() => encodeRow(tokenizer, files('nothing'), chat, 'x')).toThrow('does not repeat the message')
  })
})

describe('an answer', () => {
  it('continues what stands before it', () => {
    for (const [each, files] of [
      [tokenizer, byteLevel],
      [speech, pieces],
    ] as const) {
      const row = encodeRow(each, files, plain, 'Where is it?')
      const answer = encodeAnswer(each, plain, 'refund')
      expect([...all(row), ...answer]).toEqual(each.encodeWithSpecials('Text: Where is it?\nAnswer: refund'))
    }
  })

  it('ends with the end of the turn in a chat, of the text elsewhere', () => {
    expect(endOfAnswer(tokenizer, chat)).toBe(tokenizer.endOfTurn)
    expect(endOfAnswer(speech, plain)).toBe(speech.eos)
  })
})

describe('a row that is too long', () => {
  const row = { before: [1, 2], text: [3, 4, 5, 6], after: [7] }

  it('loses the end of its text, never the template', () => {
    expect(fitRow(row, 5)).toEqual({ segments: { before: [1, 2], text: [3, 4], after: [7] }, truncated: 2 })
    expect(fitRow(row, 7)).toEqual({ segments: row, truncated: 0 })
    expect(fitRow(row, 2).segments.text).toEqual([])
  })
})
