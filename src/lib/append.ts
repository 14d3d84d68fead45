/**
 * Adds all of a list to another. To spread one into `push` puts every item on the stack, which ends the program at some
 * 100,000 of them.
 */
export function append<T>(list: T[], more: Iterable<T>): void {
  for (const item of more) list.push(item)
}
