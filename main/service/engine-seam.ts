// TEMPORARY until data, model and export land.
export async function fetchStarter(
  _f: string,
  _o: { onProgress: (s: string, d: number, t: number) => void; signal: AbortSignal },
): Promise<{ path: string; name: string }> {
  throw new Error('not yet')
}
export async function exportPeft(_o: object): Promise<string[]> {
  throw new Error('not yet')
}
