/**
 * Work that takes a second or more, deep below whatever a person started. In: what is done, and the work. Out: to
 * whoever shows progress, while somebody does.
 */
type Around = <T>(text: string, work: Promise<T>) => Promise<T>

let around: Around | undefined

/** From now on slow work of this process is told; undefined: no longer. */
export function watchSlowWork(told: Around | undefined): void {
  around = told
}

export function slowWork<T>(text: string, work: Promise<T>): Promise<T> {
  return around ? around(text, work) : work
}
