/**
 * Appends a list to another. Spreading one into `push` puts every item on the stack, which crashes
 * at some 100,000 items.
 */
export function append<T>(list: T[], more: Iterable<T>): void {
  for (const item of more) list.push(item)
}
