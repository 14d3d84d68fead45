import type {RefusalCode} from '../../lib/error-codes/index.ts'

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

/** Conditions of ours that look, before a call is sent, at what a contract would refuse. Public: `id` of a condition. */
export const ruleIds = [
  'active',
  'amount-in-range',
  'below-maximum',
  'bft',
  'exit-delay',
  'exiting',
  'info-owner',
  'leaves-minimum',
  'locks-something',
  'max-not-below-min',
  'metis-balance',
  'min-above-zero',
  'new-owner-free',
  'new-owner-whitelisted',
  'not-paused',
  'not-zero',
  'owner',
  'owner-free',
  'pool-owner',
  'recipient-set',
  'reward-above-zero',
  'signer',
  'signer-new',
  'signer-throttle',
  'takes-something',
  'whitelisted',
  'withdraw-throttle',
  'within-lock',
] as const

export type RuleId = (typeof ruleIds)[number]

/** A rule that foretells a refusal. It knows the values, so it can be more exact than the contract's answer. */
export interface Foretelling {
  rule: RuleId
  /** Operator error code, where the rule tells apart what the contract refuses alike. */
  code?: RefusalCode
  /** What mends it, where that is not the first hint of the entry. The rule may say it with the values it sees. */
  remedy?: string
}

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
  code: RefusalCode
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
  /** The rules of our preflight that foretell it; each rule is named by one entry alone. Empty: nothing looks for it. */
  foretoldBy: readonly Foretelling[]
}

/** Fields that an entry of a family shares with its neighbours. */
export type EntryPart = Partial<CatalogueEntry> &
  Pick<CatalogueEntry, 'subject' | 'code' | 'message' | 'meaning'>

/** Entries of one family: what they share is written once. */
export function entriesOf(
  shared: Pick<CatalogueEntry, 'kind' | 'contracts' | 'source'> & Partial<CatalogueEntry>,
  parts: readonly EntryPart[],
): CatalogueEntry[] {
  return parts.map((part) => ({
    calls: [],
    causes: [],
    hints: [],
    foretoldBy: [],
    ...shared,
    ...part,
  }))
}

/** `signature: what is true`, for refusals that nobody meets who uses the contracts as intended. */
export function brief(
  code: RefusalCode,
  list: Record<string, [message: string, meaning: string]>,
): EntryPart[] {
  return Object.entries(list).map(([subject, [message, meaning]]) => ({
    ...{subject, code, message, meaning},
  }))
}
