/**
 * Methods that l2geth has beyond geth, with its wording and shapes.
 *
 * - Source: `l2geth/internal/ethapi/api.go` and `backend.go`, MetisProtocol/mvm.
 */
import {encodeFunctionData, toHex, type Address, type Hex} from 'viem'

import {metisSequencerSetAbi} from '../../chain/abis/metis-sequencer-set.ts'
import {isRecord} from '../../lib/json.ts'
import {SUGGESTED_GAS_PRICE_WEI} from '../limits.ts'
import {PEERS} from '../peer-limits.ts'
import type {Caller, Method, RpcContext} from './context.ts'
import {RpcError, rpcCodes} from './json-rpc.ts'
import {read} from './state-methods.ts'

type Params = readonly unknown[]

export const l2gethMethods: Record<string, Method> = {
  rollup_getInfo: rollupInfo,
  rollup_gasPrices: (_params, context) => ({
    l1GasPrice: toHex(context.l1().gasPriceWei),
    l2GasPrice: toHex(SUGGESTED_GAS_PRICE_WEI),
  }),
  // l2geth considers a node working if it indexed something within a minute.
  rollup_checkIsSeqWorking: (_params, {chain, nowMs}) =>
    nowMs() / 1000 - chain.head().timestamp < 60,
  rollup_addSequencerInfo: addSequencer,
  rollup_listSequencerInfo: listSequencers,
  rollupbridge_setPreRespan: setPreRespan,
  mvm_finalizedBlockNumber: finalizedBlock,
}

/** Plain numbers, unlike all others. */
function rollupInfo(_params: Params, context: RpcContext) {
  const {head, timestamp, queueIndex} = context.l1()
  return {
    mode: 'sequencer',
    syncing: context.syncTarget() !== null,
    ethContext: {blockNumber: head, timestamp},
    rollupContext: {index: context.chain.head().number - 1, queueIndex, verifiedIndex: 0},
  }
}

/** A list for information only; nothing depends on it. It is the only thing a client can write. */
function addSequencer([info]: Params, {named}: RpcContext, {isTrusted}: Caller) {
  if (!isTrusted) {
    throw new RpcError(rpcCodes.rejected, 'rollup_addSequencerInfo needs the token of this node.')
  }
  const {sequencerAddress, sequencerUrl, sequencerHeight = 0} = isRecord(info) ? info : {}
  if (
    typeof sequencerAddress !== 'string' ||
    !/^0x[0-9a-f]{40}$/i.test(sequencerAddress) ||
    typeof sequencerUrl !== 'string' ||
    sequencerUrl.length > 200 ||
    !Number.isSafeInteger(Number(sequencerHeight))
  ) {
    throw new RpcError(rpcCodes.invalidParams, 'The sequencer has no address, URL or height.')
  }
  const address = sequencerAddress.toLowerCase() as Address
  const others = named.filter((known) => known.sequencerAddress !== address)
  if (others.length >= PEERS) {
    throw new RpcError(rpcCodes.limit, `At most ${PEERS} sequencers are listed.`)
  }
  const height = Number(sequencerHeight)
  const added = {sequencerAddress: address, sequencerUrl, sequencerHeight: height}
  named.splice(0, named.length, ...others, added)
  return null
}

function listSequencers(_params: Params, {address, chain, named}: RpcContext) {
  const own = {
    sequencerAddress: address,
    sequencerUrl: 'localhost',
    sequencerHeight: chain.head().number,
  }
  return {seqList: [own, ...named]}
}

/** In l2geth this only logs as well; the consensus layer just needs it to succeed. */
function setPreRespan([from, to, block]: Params) {
  const isAddress = (value: unknown) => typeof value === 'string' && /^0x[0-9a-f]{40}$/i.test(value)
  if (isAddress(from) && isAddress(to) && Number.isSafeInteger(block)) return null
  throw new RpcError(rpcCodes.invalidParams, 'Two addresses and a plain number are needed.')
}

/** The newest block that can no longer be recommitted, in the contract's sense. */
async function finalizedBlock(_params: Params, context: RpcContext, caller: Caller): Promise<Hex> {
  const data = encodeFunctionData({abi: metisSequencerSetAbi, functionName: 'finalizedBlock'})
  const call = {to: context.sequencerSet, data}
  return toHex(BigInt(String(await read('eth_call', [call], 'head', context, caller))))
}
