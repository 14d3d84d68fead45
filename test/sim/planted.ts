/** Bugs that a run can be given, to prove that the judge finds them. */
export const plantedBugs = [
  /** A sign guard that was copied passes for the one that was written last. */
  'copies-are-trusted',
  /** A started node waits for neither L1 nor peers. */
  'no-start-gate',
  /** A key of which not all signatures are known takes the turn that runs, or a takeover. */
  'no-quarantine',
  /** A snapshot brings a sign guard of its own. */
  'guard-from-snapshot',
  /** Nobody minds another node with the same key. */
  'twins-stay',
] as const

export type Planted = (typeof plantedBugs)[number]
