// Bundles what runs inside Electron: its main process and the preload, one CommonJS file each.
import { join } from 'node:path'
import { build } from 'vite'
import { root } from './node24.mjs'

const parts = { main: 'main/hosts/electron/main.ts', preload: 'preload/preload.ts' }

/** Needs the packages to be installed. */
export async function buildElectron() {
  for (const [name, entry] of Object.entries(parts))
    await build({
      root,
      configFile: false,
      logLevel: 'warn',
      publicDir: false,
      ssr: { noExternal: true, external: ['electron'] },
      build: {
        ssr: join(root, entry),
        outDir: join(root, 'build', 'electron'),
        emptyOutDir: false,
        target: 'node24',
        rolldownOptions: { output: { format: 'cjs', entryFileNames: `${name}.cjs` } },
      },
    })
}
