// TEMPORARY until data, model and export land.
export async function exportPeft(_o: object): Promise<string[]> {
  throw new Error('not yet')
}
