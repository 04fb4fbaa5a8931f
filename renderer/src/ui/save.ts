// Hands a text to the person as a file, through the window's own download.

export function saveText(name: string, text: string, type = 'text/plain'): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The download has begun by then; until it has, the address must live.
  setTimeout(() => {
    URL.revokeObjectURL(url)
  }, 10_000)
}
