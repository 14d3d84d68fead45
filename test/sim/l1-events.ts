/** Events of the simulated L1, encoded as the real contracts do. */
import {
  encodeAbiParameters,
  encodeEventTopics,
  toHex,
  type Abi,
  type AbiEvent,
  type Address,
  type Hex,
} from 'viem'

import {lockingInfoAbi} from '../../src/chain/abis/locking-info.ts'
import {accountOf, contracts, L2_CHAIN_ID, signerNames} from './setup.ts'

export interface Deposit {
  to: Address
  amountWei: bigint
}

export interface L1Log {
  address: Address
  topics: Hex[]
  data: Hex
  blockNumber: Hex
  logIndex: Hex
}

export function depositArgs({to, amountWei}: Deposit): Record<string, unknown> {
  const from = accountOf('depositor').address
  const l2Token = contracts.l2.metis
  return {l2ChainId: BigInt(L2_CHAIN_ID), l2Token, from, to, amount: amountWei, l2Gas: 200_000}
}

/** One registered sequencer for each node. */
export function lockedLogs(count: number): L1Log[] {
  return signerNames.slice(0, count).map((name, index) => {
    const {address: signer, publicKey} = accountOf(name)
    const sequencerId = BigInt(index + 1)
    const amount = 20_000n * 10n ** 18n
    const args = {signer, sequencerId, nonce: 1n, activationBatch: 0n, amount, total: amount}
    return logOf({
      ...{address: contracts.l1.lockingInfo, abi: lockingInfoAbi, name: 'Locked', block: 1, index},
      args: {...args, signerPubkey: publicKey},
    })
  })
}

export function logOf({
  address,
  abi,
  name,
  args,
  block,
  index,
}: {
  address: Address
  abi: Abi
  name: string
  args: Record<string, unknown>
  block: number
  index: number
}): L1Log {
  const event = abi.find((item): item is AbiEvent => item.type === 'event' && item.name === name)!
  const topics = encodeEventTopics({abi: [event], eventName: name, args}) as Hex[]
  const plain = event.inputs.filter(({indexed}) => !indexed)
  const data = encodeAbiParameters(
    plain,
    plain.map((input) => args[input.name!]),
  )
  return {address, topics, data, blockNumber: toHex(block), logIndex: toHex(index)}
}
