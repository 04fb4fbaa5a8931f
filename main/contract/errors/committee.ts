// Errors of prompts that cannot answer together.
const together = (one: string, other: string, why: string): string =>
  `"${one}" and "${other}" cannot answer together: ${why}.`

export const committeeErrors = {
  'committee/other-model': (one: string, other: string) =>
    together(one, other, 'they were tuned on different base models'),
  'committee/other-labels': (one: string, other: string) => together(one, other, 'they choose among different labels'),
  'committee/no-labels': (prompt: string) =>
    `"${prompt}" writes its answers, and only prompts that choose among labels can answer together.`,
  'committee/other-data': (one: string, other: string) =>
    `"${one}" and "${other}" were not tuned on the same version and columns of the data, so there are no test rows for both.`,
  'committee/no-common-rows': (prompts: readonly string[]) =>
    `No test row was answered by all of ${prompts.map((each) => `"${each}"`).join(', ')}. Tune them on the same rows: with the same random seed, or as one run that is repeated.`,
  'committee/which': () => 'Say which prompts answer, parted by commas: --prompt A,B,C.',
  'committee/as': () => 'Several prompts answer together: add --as committee.',
} satisfies Record<string, (...details: never[]) => string>
