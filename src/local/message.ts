import type {Address, Hash} from 'viem'

/** A call from one chain to the other. */
export interface LocalMessage {
  /** Chain on which it is carried out. */
  to: 'L1' | 'L2'
  nonce: bigint
  target: Address
  /** `under-way`: the deposit that carries it has not arrived on L2. */
  state: 'relayed' | 'relayed-earlier' | 'under-way'
  /** METIS that left the other chain with it and was paid now. */
  paidMetisWei: bigint
  /** Transaction that relayed it now; null otherwise. */
  hash: Hash | null
}
