import type {Address} from 'viem'
import {getCode} from 'viem/actions'

import {readTokenBalance} from '../../chain/actions/erc20/read-token.ts'
import {ifOffered} from '../../chain/lst/optional.ts'
import type {LoanFacts, LstFacts} from '../../health/snapshot.ts'
import {failureOf} from '../../lib/failure.ts'
import {deployedLst, type LstId} from '../../protocol/lst/providers.ts'
import {providerOfOwner} from '../../protocol/lst/registry.ts'
import type {Context} from '../context.ts'
import {openCdps} from '../defi/cdp/providers.ts'
import {openLending} from '../defi/lending/providers.ts'
import {backingOf, type LstBacking} from '../lst/backing.ts'
import {idOf, isFound, providersOf} from '../lst/each.ts'
import {pegsOf, type LstPeg} from '../lst/peg.ts'
import type {LstDescription, LstPosition, LstProvider, LstQueue, LstState} from '../lst/provider.ts'

/** Everything about liquid staking that an operator depends on. */
export interface LstLook {
  providers: LstProviderLook[]
  loans: LoanFacts[]
  unread: Unread[]
}

/** A provider in which the owner has a position, or that has its sequencer. Null: could not be read. */
export interface LstProviderLook {
  id: LstId
  description: LstDescription
  /** It has the sequencer of the owner. */
  hasSequencer: boolean
  hasPosition: boolean
  position: LstPosition | null
  state: LstState | null
  queue: LstQueue | null
  backing: LstBacking | null
  pegs: LstPeg[] | null
}

/** Rates, queues and pools move by the hour, and a reading is dozens of requests. */
export const LST_MS = 120_000

/** Null without an owner, and on a network without providers, which is not queried. */
export function lstReader(context: Context): (() => Promise<LstLook>) | null {
  const owner = context.profile?.owner
  if (!owner || deployedLst(context.network.lst).length === 0) return null
  return () => readLst(context, owner)
}

/** @throws the first failure when nothing at all can be read */
async function readLst(context: Context, owner: Address): Promise<LstLook> {
  const [notes, ofLoans] = [takeNotes(), takeNotes()]
  const providers = providersOf(context)
  const [looks, loans] = await Promise.all([
    Promise.all(
      providers.map((provider) =>
        notes.part(`the position with ${provider.about.name}`, 'l2', () =>
          lookAt(context, provider, owner, notes),
        ),
      ),
    ),
    readLoans(context, owner, ofLoans),
  ])
  if (looks.every((look) => look === undefined)) throw notes.first()
  const used = looks.flatMap((look) => look ?? [])
  // A market that cannot be read is no issue of an operator that has nothing to do with any.
  const isInvolved = used.length + loans.length > 0
  return {
    ...{providers: used, loans},
    unread: [...notes.unread, ...(isInvolved ? ofLoans.unread : [])],
  }
}

type Unread = LstFacts['unread'][number]

interface Notes {
  unread: Unread[]
  first(): unknown
  /** Undefined when it failed. */
  part<T>(part: string, chain: Unread['chain'], read: () => Promise<T>): Promise<T | undefined>
}

/** Parts that failed, each on its own: one contract that does not respond hides nothing else. */
function takeNotes(): Notes {
  const unread: Unread[] = []
  const errors: unknown[] = []
  return {
    unread,
    first: () => errors[0],
    async part(part, chain, read) {
      try {
        return await read()
      } catch (error) {
        errors.push(error)
        unread.push({part, chain, reason: failureOf(error).reason})
        return undefined
      }
    },
  }
}

/** Null when the operator has nothing to do with the provider: then no more than that is read. */
async function lookAt(
  context: Context,
  provider: LstProvider,
  owner: Address,
  notes: Notes,
): Promise<LstProviderLook | null> {
  const id = idOf(provider)
  const hasSequencer = providerOfOwner(context.network.lstRegistry, owner) === id
  const [description, answer] = await Promise.all([
    provider.describe(),
    provider.position(owner).then(
      (position) => ({position}),
      (error: unknown) => ({error}),
    ),
  ])
  const rest = {state: null, queue: null, backing: null, pegs: null}
  const about = {id, description, hasSequencer}
  if (!isFound(description)) {
    const hasPosition = await holdsTokens(context, id, owner)
    return hasPosition || hasSequencer ? {...about, hasPosition, position: null, ...rest} : null
  }
  if ('error' in answer) throw answer.error
  const {position} = answer
  const hasPosition = position.openRequests > 0n || position.holdings.some(({wei}) => wei > 0n)
  if (!hasPosition && !hasSequencer) return null
  const of = (what: string) => `the ${what} of ${provider.about.name}`
  const [state, queue, backing, pegs] = await Promise.all([
    notes.part(of('rate'), 'l2', () => provider.read()),
    notes.part(of('queue'), 'l2', () => provider.queue()),
    notes.part(of('backing'), 'l1', () => backingOf(context, provider)),
    notes.part(of('pool'), 'l2', async () => (await pegsOf(context, provider)).pegs),
  ])
  return {
    ...{...about, hasPosition, position, state: state ?? null, queue: queue ?? null},
    ...{backing: backing ?? null, pegs: pegs ?? null},
  }
}

/** What can still be told of a provider whose contracts are not those that are known. */
async function holdsTokens({network, l2}: Context, id: LstId, account: Address): Promise<boolean> {
  const tokens = deployedLst(network.lst)
    .filter(({about}) => about.id === id)
    .flatMap(({about, addresses}) =>
      Object.entries(about.contracts)
        .filter(([, {isToken}]) => isToken)
        .map(([key]) => addresses[key]!),
    )
  const {client} = l2()
  const held = await Promise.all(
    tokens.map(async (token) => {
      // Where there is no token, nobody holds one.
      if (!(await getCode(client, {address: token}))) return null
      return ifOffered(client, readTokenBalance(client, {token, account}))
    }),
  )
  return held.some((wei) => wei !== null && wei > 0n)
}

async function readLoans(context: Context, owner: Address, notes: Notes): Promise<LoanFacts[]> {
  const {defi} = context.network
  if (!defi) return []
  const lending = openLending(context, defi.lending).map(({id: market, name, lines, health}) =>
    notes.part(`the loan with ${name}`, 'l2', async (): Promise<LoanFacts[]> => {
      const {factor} = health(await lines(owner))
      return factor === null ? [] : [{kind: 'lending', market, name, id: null, factor}]
    }),
  )
  const vaults = openCdps(context, defi.cdp).map(({id: market, name, read, health}) =>
    notes.part(`the vaults of ${name}`, 'l2', async (): Promise<LoanFacts[]> => {
      const state = await read(owner)
      return state.positions.flatMap((position) => {
        const {ratio} = health(state, position)
        if (ratio === null) return []
        const factor = (ratio * 10n ** 18n) / state.terms.minRatio
        return [{kind: 'cdp', market, name, id: position.id, factor}]
      })
    }),
  )
  const found = await Promise.all([...lending, ...vaults])
  return found.flatMap((loans) => loans ?? [])
}

export function lstFacts({providers, loans, unread}: LstLook): LstFacts {
  return {
    providers: providers.map(({id, description, hasPosition, position, backing, pegs}) => ({
      ...{id, hasPosition, name: description.name, token: description.token},
      ...{state: description.state, warnings: description.warnings},
      backing: backing && {verdict: backing.verdict, ratio: backing.ratio},
      claimableMetisWei: position?.claimableMetisWei ?? 0n,
      pegs: pegs ?? [],
    })),
    ...{loans, unread},
  }
}
