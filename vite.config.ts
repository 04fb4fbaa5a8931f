// Builds the window's page: one small folder of static files that any host serves.
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

export default defineConfig({
  root: 'renderer',
  plugins: [svelte()],
  build: {
    outDir: '../build/renderer',
    emptyOutDir: true,
    target: 'es2024',
    // The content security policy allows no inlined files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // How long the tools took is nothing for who starts the studio.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
})
