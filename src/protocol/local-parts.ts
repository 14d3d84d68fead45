/** Optional parts of a local network. */
export const localParts = ['lst', 'defi'] as const
export type LocalPart = (typeof localParts)[number]
