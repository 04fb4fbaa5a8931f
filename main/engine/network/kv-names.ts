// Names of each layer's keys and values, in graphs, caches and prefixes alike.

/** `keys.<layer>` and `values.<layer>`, layer by layer. */
export const kvNames = (layers: number): string[] =>
  Array.from({ length: layers }, (_, layer) => [`keys.${layer}`, `values.${layer}`]).flat()
