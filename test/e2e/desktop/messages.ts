// What the stand-in for Electron and the journey tell each other; bytes are base64, since Node's own messages are JSON.

export type ToMain =
  | { readonly do: 'file'; readonly id: number; readonly path: string }
  | { readonly do: 'send'; readonly channel: string }
  | { readonly do: 'bytes'; readonly id: number; readonly bytes: string }
  | { readonly do: 'quit' }

export type FromMain =
  | { readonly tell: 'ready'; readonly v8: string }
  | {
      readonly tell: 'file'
      readonly id: number
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
    }
  | { readonly tell: 'port'; readonly channel: string; readonly id: number }
  | { readonly tell: 'bytes'; readonly id: number; readonly bytes: string }
  | { readonly tell: 'closed'; readonly id: number }
