// A folder's tokenizer, its chat template and what ends a text, by the precedence of transformers 5.18.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'
import type { TokenizerFiles } from '../../contract/model.ts'
import { readJson, readJsonIfThere } from './json-file.ts'

/** `config` is the folder's config.json. Throws model/missing-file, model/damaged. */
export async function tokenizerOfFolder(
  folder: string,
  config: Readonly<Record<string, unknown>>,
): Promise<TokenizerFiles> {
  const own = (await readJsonIfThere(join(folder, 'tokenizer_config.json'))) ?? {}
  // Tokens of the older file count where the newer one lists no added tokens, and then before its own.
  const older = 'added_tokens_decoder' in own ? {} : await readJsonIfThere(join(folder, 'special_tokens_map.json'))
  const templates = await templateFiles(folder)
  const ends = await endsOf(folder, config)
  return {
    tokenizer: await tokenizerFile(folder),
    config: { ...own, ...older, ...(templates === undefined ? {} : { chat_template: templates }) },
    ...(ends === undefined ? {} : { ends }),
  }
}

/** Forms of tokenizers from before tokenizer.json. */
const olderForms = ['tokenizer.model', 'spiece.model', 'vocab.json', 'vocab.txt', 'tekken.json']

async function tokenizerFile(folder: string): Promise<Record<string, unknown>> {
  const names = await readdir(folder)
  const older = olderForms.find((name) => names.includes(name))
  if (older !== undefined && !names.includes('tokenizer.json')) throw studioError('tokens/older-form', older)
  return readJson(join(folder, 'tokenizer.json'))
}

interface NamedTemplate {
  readonly name: string
  readonly template: string
}

/** Characters of a template at most. */
const maxTemplate = 1_000_000

/** Templates in files of their own replace all that tokenizer_config.json has; undefined where there are none. */
async function templateFiles(folder: string): Promise<string | NamedTemplate[] | undefined> {
  const main = await textIfThere(join(folder, 'chat_template.jinja'))
  const more = join(folder, 'additional_chat_templates')
  const names = (await readdir(more).catch(() => [])).filter((name) => name.endsWith('.jinja')).sort()
  if (names.length === 0) return main
  // One of them may be called default, and then counts before the main file.
  const found = new Map<string, string>(main === undefined ? [] : [['default', main]])
  for (const name of names) {
    const template = await textIfThere(join(more, name))
    if (template !== undefined) found.set(name.slice(0, -'.jinja'.length), template)
  }
  return [...found].map(([name, template]) => ({ name, template }))
}

async function textIfThere(path: string): Promise<string | undefined> {
  // Most folders lack this file.
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text !== undefined && text.length > maxTemplate)
    throw studioError('model/damaged', 'its chat template is too long')
  return text
}

/** Ids that end generation: generation_config.json's where there is one, even if it names none; else config.json's. */
async function endsOf(folder: string, config: Readonly<Record<string, unknown>>): Promise<number[] | undefined> {
  const generation = await readJsonIfThere(join(folder, 'generation_config.json'))
  const text = config['text_config']
  const inner = typeof text === 'object' && text !== null ? (text as Readonly<Record<string, unknown>>) : {}
  const stated = generation ? generation['eos_token_id'] : (config['eos_token_id'] ?? inner['eos_token_id'])
  const ids = (Array.isArray(stated) ? (stated as unknown[]) : [stated]).filter(
    (id): id is number => Number.isSafeInteger(id) && (id as number) >= 0,
  )
  return ids.length > 0 ? ids : undefined
}
