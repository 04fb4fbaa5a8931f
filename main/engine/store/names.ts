// How records are called: by a name, which is a stem and a number where nobody gave one, or by their number.

/** The number that `name` may mean as well, as a list of one or none. */
export const numbersIn = (name: string): number[] => (/^\d{1,15}$/.test(name) ? [Number(name)] : [])

/** The first of `stem`-`from`, `stem`-`from + 1`, .. that nobody has. */
export async function firstFree(
  stem: string,
  from: number,
  isTaken: (name: string) => Promise<boolean>,
): Promise<string> {
  let number = from
  while (await isTaken(`${stem}-${String(number)}`)) number++
  return `${stem}-${String(number)}`
}
