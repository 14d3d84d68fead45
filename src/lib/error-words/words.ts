/** What an error means and costs, then what to do, the likeliest first. Upper-case words in commands are to be filled in. */
export type ErrorWords = readonly [meaning: string, next: string, ...more: string[]]

/** Words for every code of a part of the registry. */
export type WordsOf<Codes> = Readonly<Record<keyof Codes, ErrorWords>>
