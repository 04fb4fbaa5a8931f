// Names of GGML's types of tensors by their numbers (enum ggml_type of github.com/ggml-org/ggml).

const names: Readonly<Record<number, string>> = {
  ...Object.fromEntries(
    [
      'F32',
      'F16',
      'Q4_0',
      'Q4_1',
      'Q4_2',
      'Q4_3',
      'Q5_0',
      'Q5_1',
      'Q8_0',
      'Q8_1',
      'Q2_K',
      'Q3_K',
      'Q4_K',
      'Q5_K',
    ].entries(),
  ),
  ...{ 14: 'Q6_K', 15: 'Q8_K', 16: 'IQ2_XXS', 17: 'IQ2_XS', 18: 'IQ3_XXS', 19: 'IQ1_S', 20: 'IQ4_NL', 21: 'IQ3_S' },
  ...{ 22: 'IQ2_S', 23: 'IQ4_XS', 24: 'I8', 25: 'I16', 26: 'I32', 27: 'I64', 28: 'F64', 29: 'IQ1_M', 30: 'BF16' },
  ...{ 31: 'Q4_0_4_4', 32: 'Q4_0_4_8', 33: 'Q4_0_8_8', 34: 'TQ1_0', 35: 'TQ2_0', 36: 'IQ4_NL_4_4', 37: 'IQ4_NL_4_8' },
  ...{ 38: 'IQ4_NL_8_8', 39: 'MXFP4', 40: 'NVFP4', 41: 'Q1_0' },
}

/** The type's name; words for a number that is not in the table. */
export const ggmlTypeName = (type: number): string => names[type] ?? `a type that this studio does not know (${type})`
