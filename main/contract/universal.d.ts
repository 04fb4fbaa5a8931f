// Globals of both Node and browsers: declared here, because the contract is compiled with the types of neither.
interface AbortSignal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
}

declare class AbortController {
  readonly signal: AbortSignal
  abort(): void
}
