/**
 * Work that takes a second or more, deep below a command. In: a description and the work. Out:
 * progress for a display, if there is one.
 */
type Around = <T>(text: string, work: Promise<T>) => Promise<T>

let around: Around | undefined

/** From now on, slow work of this process is reported; undefined stops it. */
export function watchSlowWork(told: Around | undefined): void {
  around = told
}

export function slowWork<T>(text: string, work: Promise<T>): Promise<T> {
  return around ? around(text, work) : work
}
