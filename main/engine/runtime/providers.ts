// The kinds of hardware that ONNX Runtime can compute on, and which of them this machine offers.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { listSupportedBackends } from 'onnxruntime-node'
import type { Dialect } from '../graph/lower/index.ts'

export type ProviderName = 'cuda' | 'dml' | 'coreml' | 'webgpu' | 'cpu'

export interface Provider {
  /** As users know it. */
  readonly title: string
  readonly dialect: Dialect
  /** A file beside the library without which it cannot start; the studio does not ship these. */
  readonly needs?: string
}

/** Best first; the order is the order in which they are tried. */
export const providers: { readonly [K in ProviderName]: Provider } = Object.freeze({
  cuda: {
    title: 'the NVIDIA card (CUDA)',
    dialect: 'portable',
    needs: process.platform === 'win32' ? 'onnxruntime_providers_cuda.dll' : 'libonnxruntime_providers_cuda.so',
  },
  dml: { title: 'the graphics card (DirectML)', dialect: 'portable' },
  coreml: { title: 'the Apple chip (Core ML)', dialect: 'portable' },
  webgpu: { title: 'the graphics card (WebGPU)', dialect: 'portable' },
  cpu: { title: 'the CPU', dialect: 'cpu' },
})

export const isProviderName = (name: string): name is ProviderName => Object.hasOwn(providers, name)

/**
 * The providers that this machine's ONNX Runtime has, best first, the CPU last. The library replaces a provider that it
 * does not have by the CPU without an error, so no other may be requested.
 */
export function offeredProviders(): ProviderName[] {
  const built = new Set(listSupportedBackends().map(({ name }) => name as string))
  return (Object.keys(providers) as ProviderName[]).filter((name) => {
    const { needs } = providers[name]
    return built.has(name) && (needs === undefined || existsSync(join(libraryFolder(), needs)))
  })
}

/** Where the package keeps its native libraries for this machine. */
const libraryFolder = (): string =>
  join(
    dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json')),
    `bin/napi-v6/${process.platform}/${process.arch}`,
  )
