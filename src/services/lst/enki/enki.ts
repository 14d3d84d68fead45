import type {Address} from 'viem'
import {getBalance} from 'viem/actions'

import {readTokenBalance} from '../../../chain/actions/erc20/read-token.ts'
import type {ChainClient} from '../../../chain/connect.ts'
import {findEnki, type EnkiFound} from '../../../chain/lst/enki/discover.ts'
import {
  readEnki,
  readEnkiAccount,
  readEnkiQueue,
  readEnkiSettings,
} from '../../../chain/lst/enki/read.ts'
import {readEnkiChanges} from '../../../chain/lst/enki/changes.ts'
import {ENKI_RECEIPT, enki, type EnkiAddresses} from '../../../protocol/lst/enki/about.ts'
import {enkiRates} from '../../../protocol/lst/enki/rates.ts'
import {blockKnown} from '../../staking/verify.ts'
import type {AtBlock} from '../../../chain/at-block.ts'
import type {
  LstBalance,
  LstDescription,
  LstHolding,
  LstPosition,
  LstProvider,
  LstQueue,
  LstState,
  LstWithdrawal,
} from '../provider.ts'
import {planEnkiDeposit, quoteEnkiDeposit} from './deposit.ts'
import {requireExits, requireFound, requireSettings, type EnkiSite} from './site.ts'
import {readRequests, requireAllFound, type EnkiRequests, type TicketLimits} from './requests.ts'
import {planEnkiCancel, planEnkiClaim, planEnkiSpeedUp} from './tickets.ts'
import {verifyEnki} from './verify.ts'
import {planEnkiVesting} from './vest.ts'
import {planEnkiWithdrawal} from './withdraw.ts'

const capabilities: LstProvider['capabilities'] = new Set(enki.capabilities)

/** From parts per million, in which the contracts have fees, to 1e18. */
const PPM_TO_ONE = 10n ** 12n

/** Enki on L2: METIS becomes eMETIS, which earns as seMETIS in the vault. */
export function openEnki(
  client: ChainClient,
  known: EnkiAddresses,
  limits: TicketLimits = {},
): LstProvider {
  // Found once: a command ends long before the provider moves its contracts.
  let finding: Promise<EnkiFound> | undefined
  const find = () => (finding ??= findEnki(client, known))
  const whole = async (): Promise<EnkiSite> => ({client, ...requireFound(await find())})
  // Positions, and all but a deposit: whoever is in gets out while what takes deposits is wrong.
  const site = async (): Promise<EnkiSite> => ({client, ...requireExits(await find())})
  // Old tickets that are not found stand in the way of a statement, not of an operation.
  const foundOf = async (account: Address, at?: AtBlock, named?: readonly string[]) => {
    const there = await site()
    const all = await readRequests(there, account, {...at, ...limits, named})
    return {...all, position: await readPosition(there, account, at, all)}
  }
  const position = async (account: Address, at?: AtBlock) => (await foundOf(account, at)).position
  return {
    about: enki,
    capabilities,
    async requests(account, at) {
      return requireAllFound(account, await readRequests(await site(), account, {...at, ...limits}))
        .open
    },
    async position(account, at) {
      const there = await site()
      const all = await readRequests(there, account, {...at, ...limits})
      return readPosition(there, account, at, requireAllFound(account, all))
    },
    describe: async () => describe(client, known, await find()),
    read: async (at) => readState(await whole(), at),
    queue: async (at) => readQueue(await site(), at),
    balance: async (at) => readBalance(await whole(), at),
    async changes(fromBlock, toBlock) {
      const {contracts} = await whole()
      return readEnkiChanges(client, contracts, {fromBlock, toBlock})
    },
    quote: async (request) => quoteEnkiDeposit(await whole(), request),
    async plan(from, request) {
      const there = await site()
      switch (request.kind) {
        case 'deposit':
          return planEnkiDeposit(await whole(), from, request, await position(from))
        case 'withdraw':
          return planEnkiWithdrawal(there, from, request, await position(from))
        case 'claim': {
          const all = await foundOf(from, undefined, request.ids)
          // Everything that can be claimed is known only where all tickets are.
          if (!request.ids) requireAllFound(from, all)
          return planEnkiClaim(there, from, request, all)
        }
        case 'cancel':
          return planEnkiCancel(there, from, request, await position(from))
        case 'speed-up':
          return planEnkiSpeedUp(there, from, request)
        case 'vest':
          return planEnkiVesting(there, from, request)
      }
    },
    async verify(plan, mined) {
      await blockKnown(client, mined.blockNumber)
      return verifyEnki(await site(), plan, mined, () => position(plan.from, mined))
    },
  }
}

async function describe(
  client: ChainClient,
  known: EnkiAddresses,
  found: EnkiFound,
): Promise<LstDescription> {
  const {id, name, token, kind} = enki
  const who = {id, name, token, kind}
  if (found.kind !== 'found') {
    const warnings = found.contracts.map((contract) =>
      found.kind === 'no-code'
        ? `There is no contract at the address of ${contract}.`
        : `The contract ${contract} is missing, or belongs to another ${ENKI_RECEIPT}.`,
    )
    return {...who, entry: known.seMetis, state: found.kind, warnings}
  }
  const {contracts} = found
  const {isPaused, isPublic} = await readEnkiSettings(client, contracts)
  const closed = [
    ...(isPaused === true ? ['The vault is paused.'] : []),
    ...(isPublic === false ? ['The vault is open to beta users only.'] : []),
  ]
  const stays = `${enki.token} cannot be redeemed either; ${ENKI_RECEIPT} still can, and vested ${ENKI_RECEIPT} can be claimed.`
  return {
    ...{...who, entry: contracts.minter, state: closed.length > 0 ? 'closed' : 'live'},
    warnings: closed.length > 0 ? [...closed, stays] : [],
  }
}

async function readQueue(there: EnkiSite, at?: AtBlock): Promise<LstQueue> {
  const {client, contracts, metis} = there
  const [{owedMetisWei, liquidityMetisWei}, {queueSeconds, redemptionFee}] = await Promise.all([
    readEnkiQueue(client, contracts, metis, at),
    requireSettings(there, ['queueSeconds', 'redemptionFee'], at),
  ])
  // The contract counts METIS, not tickets.
  const requests = null
  return {
    ...{requests, owedMetisWei, liquidityMetisWei},
    minimumWaitSeconds: queueSeconds,
    exitFeeRate: redemptionFee * PPM_TO_ONE,
  }
}

async function readBalance(
  {client, contracts, metis}: EnkiSite,
  at?: AtBlock,
): Promise<LstBalance> {
  const {minter, redemptionQueue} = contracts
  const [{receiptSupplyWei}, ...idle] = await Promise.all([
    readEnki(client, contracts, at),
    readTokenBalance(client, {token: metis, account: minter, ...at}),
    readTokenBalance(client, {token: metis, account: redemptionQueue, ...at}),
  ])
  return {
    // A queued eMETIS is burnt only when its ticket is paid.
    liabilitiesMetisWei: receiptSupplyWei,
    idleMetisWei: idle.reduce((sum, wei) => sum + wei, 0n),
    transitMetisWei: null,
  }
}

async function readState(site: EnkiSite, at?: AtBlock): Promise<LstState> {
  const [state, {protocolTreasuryRatio}] = await Promise.all([
    readEnki(site.client, site.contracts, at),
    requireSettings(site, ['protocolTreasuryRatio'], at),
  ])
  const {totalAssetsWei, supplyWei, undispatchedWei} = state
  const rates = enkiRates({...state, treasuryRatio: protocolTreasuryRatio})
  return {
    ...{totalDepositsMetisWei: totalAssetsWei, supplyWei},
    pendingRewardMetisWei: undispatchedWei,
    ...{...rates, shareRate: rates.rate},
  }
}

async function readPosition(
  site: EnkiSite,
  account: Address,
  at: AtBlock | undefined,
  {open}: Pick<EnkiRequests, 'open'>,
): Promise<LstPosition> {
  const {client, contracts} = site
  const [{rateAfterHarvest}, held, liquidMetisWei] = await Promise.all([
    readState(site, at),
    readEnkiAccount(client, contracts, account, at),
    getBalance(client, {address: account, ...at}),
  ])
  const {sharesWei, receiptsWei, vesting} = held
  const vestingWei = vesting.unvestedWei + vesting.cumulativeClaimWei - vesting.claimedWei
  const worth = (sharesWei * rateAfterHarvest) / 10n ** 18n
  const receipt = (state: LstHolding['state'], wei: bigint): LstHolding => ({
    ...{token: ENKI_RECEIPT, state, wei, valueMetisWei: wei},
  })
  const claimable = open.filter(({blockedBy}) => blockedBy.length === 0)
  return {
    ...{provider: enki.id, account, heldWei: sharesWei, liquidMetisWei},
    holdings: [
      {token: enki.token, state: 'held', wei: sharesWei, valueMetisWei: worth},
      receipt('held', receiptsWei),
      receipt('vesting', vestingWei),
    ],
    valueMetisWei: worth + receiptsWei + vestingWei,
    openRequests: BigInt(open.length),
    owedMetisWei: sumOf(open),
    claimableMetisWei: sumOf(claimable),
  }
}

function sumOf(requests: readonly LstWithdrawal[]): bigint {
  return requests.reduce((sum, {metisWei}) => sum + metisWei, 0n)
}
