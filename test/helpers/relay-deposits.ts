/** The work of a node between the chains: deposits of the L1 bridge arrive on L2, and messages after them. */
import {encodeFunctionData, parseEventLogs, type Hex, type Log} from 'viem'

import {l1MessengerAbi} from '../../src/chain/abis/l1-messenger.ts'
import {l1StandardBridgeAbi} from '../../src/chain/abis/l1-standard-bridge.ts'
import {l2MessengerAbi} from '../../src/chain/abis/l2-messenger.ts'
import {l2StandardBridgeAbi} from '../../src/chain/abis/l2-standard-bridge.ts'
import {l2Messenger} from '../../src/local/l2-plan.ts'
import {accountOf} from './l2-chain.ts'
import {sendMined} from './send-mined.ts'
import type {TestChain} from './test-chain.ts'

/**
 * Relays everything that was deposited since the last call with the same memory.
 *
 * @param withMessages false: `local relay` carries out the messages
 */
export async function relayDeposits(
  {l1, l2, at, network}: TestChain,
  memory: {fromBlock: bigint},
  withMessages = true,
): Promise<void> {
  const head = BigInt(String(await l1.request('eth_blockNumber')))
  const range = {fromBlock: hex(memory.fromBlock), toBlock: hex(head)}
  const addresses = [at.bridge, ...(at.messenger ? [at.messenger] : [])]
  const logs = (await l1.request('eth_getLogs', [{...range, address: addresses}])) as Log[]
  memory.fromBlock = head + 1n
  const send = async (from: Hex, to: Hex, data: Hex) => {
    const call = {from, to, data, gas: '0x4c4b40', gasPrice: '0x0'}
    await sendMined((method, params) => l2.request(method, params), call)
  }
  for (const {args} of parseEventLogs({
    abi: l1StandardBridgeAbi,
    eventName: 'DepositQueued',
    logs,
  })) {
    const data = encodeFunctionData({
      ...{abi: l2StandardBridgeAbi, functionName: 'finalizeDeposit'},
      args: [args.queueIndex, at.metis, args.l2Token, args.from, args.to, args.amount],
    })
    await send(accountOf('relayer').address, network.l2.contracts.bridge, data)
  }
  if (!withMessages) return
  for (const {args} of parseEventLogs({abi: l1MessengerAbi, eventName: 'SentMessage', logs})) {
    const data = encodeFunctionData({
      ...{abi: l2MessengerAbi, functionName: 'relayMessage'},
      args: [args.target, args.sender, args.message, args.messageNonce],
    })
    await send(accountOf('relayer').address, l2Messenger, data)
  }
}

function hex(number: bigint): Hex {
  return `0x${number.toString(16)}`
}
