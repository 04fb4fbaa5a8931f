// Saves data as a file through the browser's download.

export const saveText = (name: string, text: string, type = 'text/plain'): void => {
  save(name, new Blob([text], { type: `${type};charset=utf-8` }))
}

export const saveBytes = (name: string, bytes: Uint8Array): void => {
  save(name, new Blob([Uint8Array.from(bytes)]))
}

/** Lets the browser fetch a file. */
export function download(address: string, name: string): void {
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
}

function save(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob)
  download(url, name)
  // The object URL must live until the download has begun, which it has by then.
  setTimeout(() => {
    URL.revokeObjectURL(url)
  }, 10_000)
}
