/** A question about the chain whose answer says whether an entry's cause holds now. */
export type StateCheck =
  | 'whitelist'
  | 'recipient'
  | 'owner'
  | 'signer'
  | 'status'
  | 'owned'
  | 'throttle'
  | 'limits'
  | 'metis'
  | 'paused'
  | 'exit'
  | 'bft'
  | 'bridge-fee'
  | 'reward-payer'
  | 'epoch'
  | 'lst'

/** One way in which a contract refuses a call. */
export interface CatalogueEntry {
  kind: 'error' | 'text' | 'panic'
  /** `error`: the ABI signature. `text`: the decoded reason, letter by letter. `panic`: the code, `0x11`. */
  subject: string
  /** The contract appends a value to the text, so it is compared by its beginning. */
  open?: true
  /** Contracts whose code refuses. */
  contracts: readonly string[]
  /** `Contract.function` calls that can meet it; empty means that any call of the contracts can. */
  calls: readonly string[]
  /** Operator error code. Public. */
  code: string
  /** One sentence: what is true. */
  message: string
  /** What it means, for someone who meets the contracts for the first time. */
  meaning: string
  causes: readonly string[]
  /** Next commands and steps, most likely first. */
  hints: readonly string[]
  /** Where the rule is written. */
  source: string
  check?: StateCheck
}

/** Fields that an entry of a family shares with its neighbours. */
export type EntryPart = Partial<CatalogueEntry> &
  Pick<CatalogueEntry, 'subject' | 'code' | 'message' | 'meaning'>

/** Entries of one family: what they share is written once. */
export function entriesOf(
  shared: Pick<CatalogueEntry, 'kind' | 'contracts' | 'source'> & Partial<CatalogueEntry>,
  parts: readonly EntryPart[],
): CatalogueEntry[] {
  return parts.map((part) => ({calls: [], causes: [], hints: [], ...shared, ...part}))
}
