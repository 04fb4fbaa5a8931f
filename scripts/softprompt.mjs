#!/usr/bin/env node
// The `softprompt` command: the CLI under the Node that it needs, whatever Node starts it.
import { launch } from './node24.mjs'

await launch('main/hosts/cli/softprompt.ts', process.argv.slice(2))
