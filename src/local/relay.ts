import {
  encodeFunctionData,
  getAddress,
  keccak256,
  parseEventLogs,
  sliceHex,
  zeroAddress,
  type Address,
  type Hex,
} from 'viem'
import {getLogs, readContract} from 'viem/actions'

import {l1MessengerAbi} from '../chain/abis/l1-messenger.ts'
import {l1StandardBridgeAbi} from '../chain/abis/l1-standard-bridge.ts'
import {l2MessengerAbi} from '../chain/abis/l2-messenger.ts'
import type {Context} from '../services/context.ts'
import {assertLocal, payOnL2} from './faucet.ts'
import {l2Messenger} from './l2-plan.ts'
import {relayToL1} from './lst/providers.ts'
import type {LocalMessage} from './message.ts'

/**
 * Delivers what contracts on L2 say to L1 (ADR 47), then relays every message from L1 that has arrived:
 * on Metis the deposit and the call are one transaction, here the call needs its own (ADR 46).
 *
 * - Signed by: the network's faucet, and its governance on L1. Chain: both. Value: none.
 *
 * @throws {MetisSeqError} NOT_LOCAL
 */
export async function relayMessages(context: Context): Promise<LocalMessage[]> {
  assertLocal(context)
  // Answers to it are deposits, which arrive later.
  const sent = await relayToL1(context)
  const messenger = await readContract(context.l1().client, {
    address: context.network.l1.contracts.bridge,
    ...{abi: l1StandardBridgeAbi, functionName: 'messenger'},
  })
  // A network without liquid staking has none.
  if (messenger === zeroAddress) return sent
  for (const {nonce, target, data} of await readSent(context, messenger)) {
    const state = await stateOf(context, data)
    const hash =
      state === 'accepted'
        ? await payOnL2(context, {what: `message ${nonce}`, account: target, to: l2Messenger, data})
        : null
    const shown = {accepted: 'relayed', done: 'relayed-earlier', missing: 'under-way'} as const
    sent.push({to: 'L2', nonce, target, state: shown[state], paidMetisWei: 0n, hash})
  }
  return sent
}

/** Every message, with the call on L2 that carries it out. */
async function readSent(
  {l1, network}: Context,
  messenger: Address,
): Promise<{nonce: bigint; target: Address; data: Hex}[]> {
  const logs = await getLogs(l1().client, {
    address: messenger,
    fromBlock: BigInt(network.l1.deploymentBlock),
    toBlock: 'latest',
  })
  return parseEventLogs({abi: l1MessengerAbi, eventName: 'SentMessage', logs}).map(({args}) => {
    const {target, sender, message, messageNonce} = args
    const data = encodeFunctionData({
      ...{abi: l2MessengerAbi, functionName: 'relayMessage'},
      args: [target, sender, message, messageNonce],
    })
    return {nonce: messageNonce, target, data}
  })
}

async function stateOf({l2}: Context, data: Hex): Promise<'missing' | 'accepted' | 'done'> {
  const contract = {address: l2Messenger, abi: l2MessengerAbi} as const
  const hash = keccak256(data)
  const [isAccepted, isDone] = await Promise.all([
    readContract(l2().client, {
      ...{...contract, functionName: 'acceptedMessages', args: [getAddress(sliceHex(hash, 12))]},
    }),
    readContract(l2().client, {...contract, functionName: 'successfulMessages', args: [hash]}),
  ])
  if (isDone) return 'done'
  return isAccepted ? 'accepted' : 'missing'
}
