// The first letter of a sentence.

/** 'two methods' -> 'Two methods'. */
export const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)
