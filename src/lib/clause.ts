/** The text with a small first letter. `L2` keeps its letter. */
export function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? `${text[0]!.toLowerCase()}${text.slice(1)}` : text
}

/** A sentence as the part of another one: without its capital and its period. */
export function clauseOf(sentence: string): string {
  return lowerFirst(sentence).replace(/\.$/, '')
}
