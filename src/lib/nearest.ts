/** Edit distance: letters to change, add or remove to turn one word into the other. */
export function distance(a: string, b: string): number {
  let row = Array.from({length: b.length + 1}, (_, index) => index)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, other] of [...b].entries()) {
      next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, row[j]! + (letter === other ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]!
}

/** Longer words are not typos. */
const MOST_LETTERS = 60

/** Candidates spelled almost like a word, or containing it, nearest first. Case-insensitive. */
export function nearest(word: string, known: readonly string[]): string[] {
  const wanted = word.toLowerCase()
  if (wanted.length > MOST_LETTERS) return []
  return known
    .map((name) => ({name, letters: distance(wanted, name.toLowerCase())}))
    .filter(
      ({name, letters}) =>
        letters <= Math.max(2, wanted.length / 3) ||
        (wanted.length >= 3 && name.toLowerCase().includes(wanted)),
    )
    .toSorted((a, b) => a.letters - b.letters || (a.name < b.name ? -1 : 1))
    .map(({name}) => name)
}
