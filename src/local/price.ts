import {encodeFunctionData, type Address, type Hash} from 'viem'
import {getBalance, readContract} from 'viem/actions'

import {marketFeedAbi} from '../chain/abis/market-feed.ts'
import {MetisSeqError} from '../lib/errors.ts'
import type {Context} from '../services/context.ts'
import {openSigner} from '../services/keys/keys.ts'
import {assertLocal, pay} from './faucet.ts'
import {localPaths} from './settings.ts'

export interface PriceResult {
  feed: string
  address: Address
  /** In dollars, scaled by 1e8. */
  before: bigint
  after: bigint
  hash: Hash
}

/** The balance that governance needs on L2 to pay for a call; the faucet gives it ten times as much. */
const GAS_WEI = 10n ** 17n

/**
 * Moves a price feed of the local network.
 *
 * - Signed by: the network's governance key. Chain: L2. Value: none.
 *
 * @param value dollars, scaled by 1e8
 * @throws {MetisSeqError} NOT_LOCAL, FEED_UNKNOWN
 */
export async function setPrice(
  context: Context,
  {feed, value}: {feed: string; value: bigint},
): Promise<PriceResult> {
  assertLocal(context)
  const {home, config, network} = context
  const address = feedAt(context, feed)
  const {client} = context.l2()
  const access = {home, config, passwordFile: localPaths(home).passwordFile}
  const [faucet, governance, before] = await Promise.all([
    openSigner('local-faucet', access),
    openSigner('local-governance', access),
    readContract(client, {address, abi: marketFeedAbi, functionName: 'latestAnswer'}),
  ])
  const {chainId} = network.l2
  if ((await getBalance(client, {address: governance.address})) < GAS_WEI) {
    const to = governance.address
    await pay(client, chainId, faucet, [{what: 'METIS', account: to, to, valueWei: GAS_WEI * 10n}])
  }
  const data = encodeFunctionData({abi: marketFeedAbi, functionName: 'setAnswer', args: [value]})
  const call = {what: 'price', account: address, to: address, data}
  const [paid] = await pay(client, chainId, governance, [call])
  return {feed, address, before, after: value, hash: paid!.hash}
}

/** @throws {MetisSeqError} FEED_UNKNOWN */
function feedAt({network, networkName}: Context, name: string): Address {
  const feeds = network.defi?.feeds ?? {}
  const found = Object.entries(feeds).find(([each]) => each.toLowerCase() === name.toLowerCase())
  if (found) return found[1]
  const known = Object.keys(feeds).join(', ')
  throw new MetisSeqError({
    code: 'FEED_UNKNOWN',
    message: `There is no price feed ${name} on ${networkName}.`,
    facts: {feed: name, network: networkName, known: known || 'none'},
    hints: [
      known === ''
        ? 'Create a local network with markets: `metis-seq local up --with lst,defi`.'
        : `Use one of ${known}.`,
    ],
  })
}
