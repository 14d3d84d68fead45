import {
  encodeAbiParameters,
  encodeFunctionData,
  isAddressEqual,
  keccak256,
  parseAbiParameters,
  type Address,
  type Hex,
} from 'viem'
import {getBlockNumber, readContract} from 'viem/actions'

import {ccipL1RouterAbi} from '../../../chain/abis/ccip-l1-router.ts'
import {ccipL2RouterAbi} from '../../../chain/abis/ccip-l2-router.ts'
import {erc20Abi} from '../../../chain/abis/erc20.ts'
import {l1TransmitterAbi} from '../../../chain/abis/l1-transmitter.ts'
import {l2StandardBridgeAbi} from '../../../chain/abis/l2-standard-bridge.ts'
import {l2TransmitterAbi} from '../../../chain/abis/l2-transmitter.ts'
import {scanEvents, type LstEvent} from '../../../chain/lst/scan-events.ts'
import type {Context} from '../../../services/context.ts'
import {findAccount} from '../../../services/keys/key-records.ts'
import {metisPayment, payAsFaucet, payAsGovernance} from '../../faucet.ts'
import type {LocalMessage} from '../../message.ts'
import {ccipSelectors, localCcipRouter, localStakelink} from './plan.ts'

/** Blocks that a network has before its fork, at most. */
const BEFORE_FORK = 1000n
/** Messages of one network. */
const MOST_MESSAGES = 1_000_000n

/** As the router logs it, and as the one on L1 takes it. */
interface Message {
  messageId: Hex
  sourceChainSelector: bigint
  sender: Hex
  data: Hex
  destTokenAmounts: readonly {token: Address; amount: bigint}[]
}

/**
 * Delivers what stake.link says to L1: on Metis the oracles of Chainlink CCIP do (ADR 47). METIS that
 * left for L1 is paid there before, because our bridge pays none.
 *
 * - Signed by: the network's faucet and governance. Chain: L1. Value: METIS that left L2.
 */
export async function relayStakelink(context: Context): Promise<LocalMessage[]> {
  if (!context.network.lst.stakelink) return []
  const sent = await readSent(context)
  if (sent.length === 0) return []
  const {client} = context.l1()
  const receiver = await readContract(context.l2().client, {
    address: localStakelink.transmitter,
    ...{abi: l2TransmitterAbi, functionName: 'l1Transmitter'},
  })
  const [router, delivered] = await Promise.all([
    readContract(client, {address: receiver, abi: l1TransmitterAbi, functionName: 'getRouter'}),
    readDelivered(context, receiver),
  ])
  const messages: LocalMessage[] = []
  for (const {nonce, message} of sent) {
    const about = {to: 'L1', nonce, target: receiver} as const
    if (delivered.has(message.messageId)) {
      messages.push({...about, state: 'relayed-earlier', paidMetisWei: 0n, hash: null})
      continue
    }
    const paidMetisWei = await payMissing(context, receiver)
    const data = encodeFunctionData({
      ...{abi: ccipL1RouterAbi, functionName: 'deliver', args: [receiver, message]},
    })
    const what = `message ${nonce} to L1`
    const [hash = null] = await payAsGovernance(context, [
      {what, account: receiver, to: router, data},
    ])
    messages.push({...about, state: 'relayed', paidMetisWei, hash})
  }
  return messages
}

/** Every message, with its number at the router. */
async function readSent(context: Context): Promise<{nonce: bigint; message: Message}[]> {
  const events = await scanL2(context, ccipL2RouterAbi, localCcipRouter, 'MessageSent')
  let nonce = 0n
  return events.map(({args}) => {
    const message = args['message'] as Message
    while (idOf(nonce) !== message.messageId) {
      if (++nonce > MOST_MESSAGES) throw new Error('A message has no number.')
    }
    return {nonce, message}
  })
}

/** Source: `CcipL2Router.ccipSend`. */
function idOf(nonce: bigint): Hex {
  const parts = parseAbiParameters('uint64, address, uint256')
  return keccak256(encodeAbiParameters(parts, [ccipSelectors.l2, localCcipRouter, nonce]))
}

async function readDelivered(context: Context, receiver: Address): Promise<Set<unknown>> {
  const events = await scanL1(context, l1TransmitterAbi, receiver, 'CCIPMessageReceived')
  return new Set(events.map(({args}) => args['messageId']))
}

/** Compares both chains, so that METIS is paid once, also by a run that ended in between. */
async function payMissing(context: Context, receiver: Address): Promise<bigint> {
  const {bridge} = context.network.l2.contracts
  const {address: faucet} = findAccount(context.config, 'local-faucet')
  const [left, paid] = await Promise.all([
    scanL2(context, l2StandardBridgeAbi, bridge, 'WithdrawalInitiated'),
    scanL1(context, erc20Abi, context.network.l1.contracts.metis, 'Transfer'),
  ])
  const sum = (events: readonly LstEvent[], name: string) =>
    events.reduce((total, {args}) => total + BigInt(String(args[name])), 0n)
  const is = (value: unknown, address: Address) => isAddressEqual(value as Address, address)
  const missing =
    sum(
      left.filter(({args}) => is(args['_to'], receiver)),
      '_amount',
    ) -
    sum(
      paid.filter(({args}) => is(args['from'], faucet) && is(args['to'], receiver)),
      'value',
    )
  if (missing <= 0n) return 0n
  await payAsFaucet(context, [metisPayment(context, receiver, missing)])
  return missing
}

type Scan = [
  context: Context,
  abi: Parameters<typeof scanEvents>[1],
  address: Address,
  name: string,
]

async function scanL2(...[context, abi, address, name]: Scan): Promise<LstEvent[]> {
  const {client} = context.l2()
  const fork = BigInt(context.network.l2.phase2Block)
  const fromBlock = fork > BEFORE_FORK ? fork - BEFORE_FORK : 0n
  const toBlock = await getBlockNumber(client)
  const events = await scanEvents(client, abi, {addresses: [address], fromBlock, toBlock})
  return events.filter((event) => event.name === name)
}

async function scanL1(...[context, abi, address, name]: Scan): Promise<LstEvent[]> {
  const {client} = context.l1()
  const fromBlock = BigInt(context.network.l1.deploymentBlock)
  const toBlock = await getBlockNumber(client)
  const events = await scanEvents(client, abi, {addresses: [address], fromBlock, toBlock})
  return events.filter((event) => event.name === name)
}
