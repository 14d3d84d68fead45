import {isAddressEqual, zeroAddress, type Address} from 'viem'
import {getBlock} from 'viem/actions'

import {quoteBridgeFee} from '../../chain/actions/bridge/quote-bridge-fee.ts'
import {readAllowance, readTokenBalance} from '../../chain/actions/erc20/read-token.ts'
import {readRewardPayer} from '../../chain/actions/locking-info/read-reward-payer.ts'
import {readPool, readWhitelisted} from '../../chain/actions/locking-pool/read-pool.ts'
import {
  readOwnedSequencerId,
  readSignerEntry,
} from '../../chain/actions/locking-pool/read-sequencer-ids.ts'
import {readSequencer} from '../../chain/actions/locking-pool/read-sequencer.ts'
import {readNewestEpochs} from '../../chain/actions/sequencer-set/read-epochs.ts'
import type {CatalogueEntry, StateCheck} from '../../chain/explain/entry.ts'
import {formatDuration, formatWei, formatWeiShort} from '../../lib/units.ts'
import type {Sequencer} from '../../protocol/sequencer.ts'
import type {Condition} from '../sending/check.ts'
import type {Context} from '../context.ts'
import {openProviders} from '../lst/providers.ts'
import {metisText} from '../sending/planned-calls.ts'
import {ownerFree, signerNew} from '../staking/preconditions-on-accounts.ts'
import {
  active,
  bftAllows,
  exitDelayOver,
  exiting,
  notPaused,
  notThrottled,
  owned,
  recipientSet,
  signerNotThrottled,
  whitelisted,
} from '../staking/preconditions-on-state.ts'

/** The accounts whose state is read, from a transaction or from the profile. */
export interface Subject {
  account: Address | null
  sequencerId: bigint | null
}

/** One current fact of the chain. */
export interface Finding {
  label: string
  seen: string
  /** True when this is a cause now, false when it is not; null for information only. */
  isCause: boolean | null
}

/**
 * Whether a precondition is a cause of the explained revert: true when it is not met now; null when
 * it predicts another revert.
 */
type Judge = (...conditions: Condition[]) => boolean | null

type Reader = (context: Context, subject: Subject, judge: Judge) => Promise<Finding[]>

/**
 * Findings on chain about the cause of a revert. Empty when nothing can be queried without knowing
 * the acting account.
 *
 * @param refusals with this check; the preconditions that predict them identify the cause
 * @throws {MetisSeqError} those of the endpoints
 */
export function readFindings(
  context: Context,
  check: StateCheck,
  refusals: readonly Pick<CatalogueEntry, 'check' | 'foretoldBy'>[],
  subject: Subject,
): Promise<Finding[]> {
  const asking = refusals.filter((refusal) => refusal.check === check)
  const rules = new Set<string>(asking.flatMap(({foretoldBy}) => foretoldBy.map(({rule}) => rule)))
  const judge: Judge = (...conditions) => {
    const telling = conditions.filter(({id}) => rules.has(id))
    return telling.length === 0 ? null : telling.some(({ok}) => !ok)
  }
  return readers[check](context, subject, judge)
}

/** The profile's owner, unless a transaction determines the acting account. */
export function subjectOf(context: Context, from?: Address, sequencerId?: bigint): Subject {
  return {account: from ?? context.profile?.owner ?? null, sequencerId: sequencerId ?? null}
}

const readers: Record<StateCheck, Reader> = {
  whitelist: async (context, {account}, judge) => {
    if (!account) return []
    const listed = await readWhitelisted(context.l1().client, {...l1(context), owner: account})
    const verdict = judge(whitelisted({callerIsWhitelisted: listed}))
    return [finding('whitelist', `${account} is ${listed ? '' : 'not '}on it`, verdict)]
  },
  paused: async (context, _subject, judge) => {
    const condition = notPaused({pool: await readPool(context.l1().client, l1(context))})
    return [finding('LockingPool', condition.seen, judge(condition))]
  },
  owned: async (context, {account}, judge) => {
    if (!account) return []
    const id = await readOwnedSequencerId(context.l1().client, {...l1(context), owner: account})
    const verdict = judge(ownerFree({ownedSequencerId: id})({}))
    return [finding('sequencer of the owner', id === 0n ? 'none' : `${id}`, verdict)]
  },
  recipient: ofSequencer((sequencer, _subject, judge) => {
    const {rewardRecipient} = sequencer
    const unset = isAddressEqual(rewardRecipient, zeroAddress)
    const verdict = judge(recipientSet({sequencer}))
    return [finding('reward recipient', unset ? 'unset' : rewardRecipient, verdict)]
  }),
  owner: ofSequencer((sequencer, {account}, judge) => [
    finding(
      `owner of sequencer ${sequencer.sequencerId}`,
      sequencer.owner,
      account === null ? null : judge(owned({sequencer, caller: account})),
    ),
    ...(account ? [finding('acting account', account, null)] : []),
  ]),
  status: ofSequencer((sequencer, _subject, judge) => {
    const condition = active({sequencer})
    return [finding(`sequencer ${sequencer.sequencerId}`, condition.seen, judge(condition))]
  }),
  throttle: async (context, subject, judge) => {
    const pool = await readPool(context.l1().client, l1(context))
    const sequencer = await sequencerOf(context, subject)
    const batch = finding('current reward batch', `${pool.rewardBatchId}`, null)
    if (!sequencer) return [batch]
    const {updatedBatch, sequencerId} = sequencer
    const label = `last change of sequencer ${sequencerId}`
    const at = {pool, sequencer}
    const verdict = judge(notThrottled(at), signerNotThrottled(at))
    return [batch, finding(label, `batch ${updatedBatch}`, verdict)]
  },
  exit: exitFindings,
  signer: signerFindings,
  limits: limitFindings,
  metis: metisFindings,
  bft: async (context, _subject, judge) => {
    const condition = bftAllows({pool: await readPool(context.l1().client, l1(context))})
    const word = condition.ok ? 'would be allowed' : 'would be refused'
    return [
      finding('sequencers', condition.seen, null),
      finding('one more exit', word, judge(condition)),
    ]
  },
  'bridge-fee': async (context) => {
    const {feeEthWei} = await quoteBridgeFee(context.l1().client, l1(context))
    return [finding('bridge fee now', `${formatWei(feeEthWei)} ETH`, null)]
  },
  'reward-payer': rewardPayerFindings,
  epoch: async (context) => {
    const {client} = context.l2()
    const {sequencerSet} = context.network.l2.contracts
    const [epochs, head] = await Promise.all([
      readNewestEpochs(client, {sequencerSet, count: 2}),
      getBlock(client),
    ])
    return [
      ...epochs.map(({number, startBlock, endBlock}) =>
        finding(`epoch ${number}`, `blocks ${startBlock} to ${endBlock}`, null),
      ),
      finding('L2 head', `block ${head.number}`, null),
    ]
  },
  lst: async (context, {account}) => {
    if (!account) return []
    const {client} = context.l2()
    const found = openProviders(client, context.network.lst).map(async (provider) => {
      const {heldWei, openRequests} = await provider.position(account)
      return [
        finding(provider.about.token, formatWeiShort(heldWei, 18), null),
        finding('open withdrawal requests', `${openRequests}`, null),
      ]
    })
    return (await Promise.all(found)).flat()
  },
}

function finding(label: string, seen: string, isCause: boolean | null): Finding {
  return {label, seen, isCause}
}

function l1({network}: Context) {
  return network.l1.contracts
}

function ofSequencer(
  read: (sequencer: Sequencer, subject: Subject, judge: Judge) => Finding[],
): Reader {
  return async (context, subject, judge) => {
    const sequencer = await sequencerOf(context, subject)
    if (sequencer) return read(sequencer, subject, judge)
    if (!subject.account) return []
    return [finding('sequencer of the owner', `none for ${subject.account}`, null)]
  }
}

async function sequencerOf(
  context: Context,
  {account, sequencerId}: Subject,
): Promise<Sequencer | undefined> {
  const {client} = context.l1()
  const id =
    sequencerId ??
    (account ? await readOwnedSequencerId(client, {...l1(context), owner: account}) : 0n)
  return id === 0n ? undefined : readSequencer(client, {...l1(context), sequencerId: id})
}

async function exitFindings(context: Context, subject: Subject, judge: Judge): Promise<Finding[]> {
  // The chain's clock is authoritative; on a warped local network it is ahead of this one.
  const {timestamp: timeSeconds} = await getBlock(context.l1().client)
  const read = ofSequencer((sequencer) => {
    const begun = exiting({sequencer})
    const {sequencerId, status, unlockClaimTimeSeconds} = sequencer
    const here = finding(`sequencer ${sequencerId}`, begun.seen, judge(begun))
    if (status !== 'inactive') return [here]
    const at = new Date(Number(unlockClaimTimeSeconds) * 1000).toISOString()
    const left = Number(unlockClaimTimeSeconds - timeSeconds)
    const seen = left > 0 ? `${at}, in ${formatDuration(left)}` : at
    const verdict = judge(exitDelayOver({sequencer, timeSeconds}))
    return [here, finding('claim possible from', seen, verdict)]
  })
  return read(context, subject, judge)
}

async function signerFindings(
  context: Context,
  subject: Subject,
  judge: Judge,
): Promise<Finding[]> {
  const {client} = context.l1()
  const sequencer = await sequencerOf(context, subject)
  const signer = context.profile?.signer ?? null
  const entry = signer ? await readSignerEntry(client, {...l1(context), signer}) : undefined
  const words = {unused: 'never used', burned: 'used and burned', used: 'in use'}
  return [
    ...(sequencer
      ? [finding(`signer of sequencer ${sequencer.sequencerId}`, sequencer.signer, null)]
      : []),
    ...(signer && entry
      ? [
          finding(
            'signer of the profile',
            `${signer}, ${words[entry.state]}`,
            judge(signerNew(signer, {signerEntry: entry})({})),
          ),
        ]
      : []),
  ]
}

async function limitFindings(context: Context, subject: Subject): Promise<Finding[]> {
  const pool = await readPool(context.l1().client, l1(context))
  const sequencer = await sequencerOf(context, subject)
  const {minLockMetisWei: min, maxLockMetisWei: max} = pool
  const limits = finding('limits', `${formatWeiShort(min)} to ${formatWeiShort(max)} METIS`, null)
  if (!sequencer) return [limits]
  const {amountMetisWei: locked, rewardMetisWei: reward} = sequencer
  const atMost = locked > min ? locked - min : 0n
  return [
    limits,
    finding('locked', `${formatWeiShort(locked, 18)} METIS`, null),
    finding('reward', `${formatWeiShort(reward, 18)} METIS`, null),
    finding('can be added', `${formatWeiShort(max > locked ? max - locked : 0n, 18)} METIS`, null),
    finding('can be withdrawn', `${formatWeiShort(atMost, 18)} METIS`, null),
  ]
}

async function metisFindings(context: Context, {account}: Subject): Promise<Finding[]> {
  if (!account) return []
  const {client} = context.l1()
  const {metis: token, lockingInfo, lockingPool} = l1(context)
  const [balance, toInfo, toPool] = await Promise.all([
    readTokenBalance(client, {token, account}),
    readAllowance(client, {token, owner: account, spender: lockingInfo}),
    readAllowance(client, {token, owner: account, spender: lockingPool}),
  ])
  const metis = (wei: bigint) => metisText(wei, 18)
  return [
    finding('METIS of the account on L1', metis(balance), balance === 0n),
    finding('allowance for LockingInfo', metis(toInfo), toInfo === 0n),
    ...(toPool > 0n
      ? [
          finding(
            'allowance for LockingPool',
            `${metis(toPool)}; unused: LockingInfo pulls METIS, not LockingPool`,
            true,
          ),
        ]
      : []),
  ]
}

async function rewardPayerFindings(context: Context): Promise<Finding[]> {
  const {client} = context.l1()
  const {metis: token, lockingInfo} = l1(context)
  const payer = await readRewardPayer(client, {lockingInfo})
  const [balance, allowance] = await Promise.all([
    readTokenBalance(client, {token, account: payer}),
    readAllowance(client, {token, owner: payer, spender: lockingInfo}),
  ])
  return [
    finding('reward payer', payer, isAddressEqual(payer, zeroAddress)),
    finding('METIS of the payer', `${formatWeiShort(balance, 18)} METIS`, balance === 0n),
    finding('allowance of the payer', metisText(allowance, 18), allowance === 0n),
  ]
}
