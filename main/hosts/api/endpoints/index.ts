// The endpoints that answer a body: one file each, one line here.
import { chat } from './chat.ts'
import { classify } from './classify.ts'
import { completions } from './completions.ts'
import { decisions } from './decisions.ts'
import type { Endpoint } from './endpoint.ts'
import { systemone } from './systemone.ts'

export const endpoints: readonly Endpoint[] = [classify, decisions, systemone, chat, completions]
