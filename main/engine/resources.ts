// Where what ships with the studio lies.
import { fileURLToPath } from 'node:url'

/** SOFTPROMPT_RESOURCES where a packaged host has put them elsewhere. */
export const resources = (path: string): string =>
  process.env['SOFTPROMPT_RESOURCES'] === undefined
    ? fileURLToPath(new URL(`../../resources/${path}`, import.meta.url))
    : `${process.env['SOFTPROMPT_RESOURCES']}/${path}`
