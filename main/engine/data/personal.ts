// Finds what likely names a person: e-mail addresses, phone numbers, payment cards, bank accounts.

export const personalKinds = ['e-mail address', 'phone number', 'card number', 'bank account'] as const
export type PersonalKind = (typeof personalKinds)[number]

/** Every quantifier is bounded, so that no text takes more than linear time. */
const email = /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){0,4}\.\p{L}{2,24}(?![\p{L}\p{N}])/u

/** International with its sign, North American in its groups, or a national one: a zero and an area code, then the rest. */
const phone =
  /(?<![\p{L}\p{N}+])(?:(?:\+|00)[1-9](?:[ ()./-]{0,2}\d){7,14}|(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-. ]\d{4}|\(?0[1-9]\d{1,3}\)?[ /-]\d{2,8}(?:[ -]\d{2,8}){0,3})(?![\p{L}\p{N}])/gu

const card = /(?<![\p{L}\p{N}])[2-6](?:[ -]?\d){12,18}(?![\p{L}\p{N}])/gu

const ibanStart = /(?<![\p{L}\p{N}])([a-z]{2})\d{2}(?=[ a-z0-9]{11})/giu

/** Characters of an account number in each country: SWIFT's IBAN registry (ISO 13616). */
const ibanLengths: Readonly<Record<number, string>> = {
  15: 'NO',
  16: 'BE',
  18: 'DK FI FO GL NL',
  19: 'MK SI',
  20: 'AT BA EE KZ LT LU XK',
  21: 'CH HR LI LV',
  22: 'BG BH CR DE GB GE IE ME RS VA',
  23: 'AE GI IL IQ',
  24: 'AD CZ ES MD PK SA SE SK TN TR',
  25: 'LY PT ST',
  26: 'IS',
  27: 'FR GR IT MC MR SM',
  28: 'AL AZ BY CY DO GT HU LB PL SV',
  29: 'BR EG PS QA UA',
  30: 'JO KW MU',
  31: 'MT SC',
  32: 'LC',
}
const lengthOf = new Map(
  Object.entries(ibanLengths).flatMap(([length, countries]) =>
    countries.split(' ').map((country): [string, number] => [country, Number(length)]),
  ),
)

/** Kinds of personal data that a text likely holds; time is linear in the text. */
export function personalIn(text: string): PersonalKind[] {
  const digits = /\d/.test(text)
  const has: Readonly<Record<PersonalKind, boolean>> = {
    'e-mail address': text.includes('@') && email.test(text),
    'phone number': digits && [...text.matchAll(phone)].some(([found]) => isPhone(found)),
    'card number': digits && [...text.matchAll(card)].some(([found]) => isCard(found.replace(/[ -]/g, ''))),
    'bank account': digits && [...text.matchAll(ibanStart)].some(({ index }) => isAccount(text, index)),
  }
  return personalKinds.filter((kind) => has[kind])
}

/** ITU-T E.164 allows 15 digits; fewer than nine, written nationally, are as often an order or a part. */
function isPhone(found: string): boolean {
  const digits = found.replace(/\D/g, '').length
  return digits >= 9 && digits <= 17
}

/** Luhn's check digit (ISO/IEC 7812-1), behind a number that an issuer gives out. */
function isCard(digits: string): boolean {
  const issued = /^(?:4|5[1-5]|2[2-7]|3[0-9]|6)/.test(digits)
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const value = Number(digit) * (1 + (i % 2))
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return issued && sum % 10 === 0
}

/** Of its country's length, with single spaces at most, and with the remainder 1 modulo 97 (ISO 7064). */
function isAccount(text: string, start: number): boolean {
  const length = lengthOf.get(text.slice(start, start + 2).toUpperCase())
  if (length === undefined) return false
  let account = ''
  let at = start
  for (; account.length < length && at < text.length; at++) {
    const character = text[at] ?? ''
    if (/[a-z0-9]/i.test(character)) account += character.toUpperCase()
    else if (character !== ' ' || text[at - 1] === ' ') return false
  }
  if (account.length < length || /[\p{L}\p{N}]/u.test(text[at] ?? '')) return false
  let remainder = 0
  for (const character of account.slice(4) + account.slice(0, 4)) {
    const value = parseInt(character, 36)
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97
  }
  return remainder === 1
}
