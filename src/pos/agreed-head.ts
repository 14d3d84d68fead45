/** In: what several nodes say of one chain. Out: the head that most of them hold. Pure. */
import type {Hash} from 'viem'

export interface NodeHead {
  /** Redacted URL. */
  name: string
  number: bigint
  /** It says that it is behind its peers, so that its head is no opinion. */
  isSyncing: boolean
}

/** A block that most of the nodes that answer hold, by number and hash. */
export interface AgreedHead {
  number: bigint
  /** Null when there is one endpoint only: there is nobody to agree with. */
  hash: Hash | null
  /** Endpoints: configured, that answered, and that hold this block. */
  asked: number
  answered: number
  holders: string[]
  /** Those whose own head is above it, with blocks that the others do not hold. */
  beyond: string[]
}

export function quorumOf(voters: number): number {
  return Math.floor(voters / 2) + 1
}

/** Those whose head is an opinion; all, when each of them is behind. */
export function votersOf<T extends NodeHead>(heads: readonly T[]): T[] {
  const inStep = heads.filter(({isSyncing}) => !isSyncing)
  return inStep.length > 0 ? inStep : [...heads]
}

/** The highest number that a quorum of the voters has reached. @param voters at least one */
export function reachedByQuorum(voters: readonly NodeHead[]): bigint {
  const heights = voters.map(({number}) => number).sort((a, b) => (a < b ? 1 : a > b ? -1 : 0))
  return heights[quorumOf(voters.length) - 1]!
}

/** The hash that a quorum of the voters has, or undefined when there is none. */
export function agreedHash(
  votes: ReadonlyMap<string, Hash | null>,
  voters: readonly NodeHead[],
): Hash | undefined {
  const counts = new Map<Hash, number>()
  for (const {name} of voters) {
    const hash = votes.get(name)
    if (hash) counts.set(hash, (counts.get(hash) ?? 0) + 1)
  }
  const quorum = quorumOf(voters.length)
  return [...counts].find(([, count]) => count >= quorum)?.[0]
}
