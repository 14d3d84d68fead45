import type {Address, Hex} from 'viem'

import type {Network} from '../protocol/network.ts'
import type {Span, Validator} from '../protocol/span.ts'
import type {SignedRequest} from './mpc-signer.ts'
import type {Respan} from './state.ts'

/** Source: Themis `metis/types/params.go`. No meaning on Metis, but served. */
const SPRINT_DURATION = 10

/**
 * A validator as Themis writes it: these keys, this order, JSON numbers.
 *
 * Source: Themis `types/validator.go`.
 */
export function validatorJson(validator: Validator) {
  return {
    ID: Number(validator.id),
    startBatch: Number(validator.startBatch),
    endBatch: Number(validator.endBatch),
    nonce: Number(validator.nonce),
    power: validator.power,
    pubKey: validator.pubKey,
    signer: validator.signer,
    last_updated: validator.lastUpdated,
    jailed: validator.jailed,
    accum: validator.accum,
  }
}

/** Source: Themis `types/validator_set.go`. */
export function validatorSetJson(validators: readonly Validator[]) {
  const proposer = validators.reduce<Validator | undefined>(
    (best, validator) => (best === undefined || validator.accum > best.accum ? validator : best),
    undefined,
  )
  return {
    validators: validators.map(validatorJson),
    proposer: proposer === undefined ? null : validatorJson(proposer),
  }
}

/** Source: Themis `types/span.go`. */
export function spanJson(span: Span, l2ChainId: string) {
  return {
    span_id: Number(span.id),
    start_block: Number(span.startBlock),
    end_block: Number(span.endBlock),
    validator_set: validatorSetJson(span.validators),
    selected_producers: span.producers.map(validatorJson),
    metis_chain_id: l2ChainId,
  }
}

/**
 * Source: Themis `metis/types/msg.go`, MsgReProposeSpan.
 *
 * @param proposer the only voice of this engine; on the real network, any validator
 */
export function respanJson(respan: Respan, proposer: Address, l2ChainId: string) {
  return {
    span_id: Number(respan.spanId),
    proposer,
    current_producer: respan.currentProducer,
    next_producer: respan.nextProducer,
    current_l2_height: Number(respan.l2Head),
    current_l2_epoch: Number(respan.l2Epoch),
    start_block: Number(respan.startBlock),
    end_block: Number(respan.endBlock),
    metis_chain_id: l2ChainId,
    seed: `0x${respan.attempt.toString(16).padStart(64, '0')}`,
  }
}

/** Source: Themis `types/mpc.go`, MpcSign. Bytes are base64, as Go writes them. */
export function signJson(request: SignedRequest) {
  const {signId, mpcId, signType, signData, signMsg, proposer, signature, signedTx} = request
  return {
    sign_id: signId,
    mpc_id: mpcId,
    sign_type: signType,
    sign_data: base64(signData),
    sign_msg: base64(signMsg),
    proposer,
    signature: base64(signature),
    signed_tx: base64(signedTx),
  }
}

function base64(bytes: Hex): string {
  return Buffer.from(bytes.slice(2), 'hex').toString('base64')
}

/** @param epochLength the contract's, which proposals really use */
export function metisParamsJson(epochLength: bigint, producerCount: number) {
  return {
    sprint_duration: SPRINT_DURATION,
    span_duration: Number(epochLength),
    producer_count: producerCount,
  }
}

/** Source: Themis `chainmanager/types/params.go`. */
export function chainManagerJson({l1, l2}: Network) {
  return {
    mainchain_tx_confirmations: l1.confirmations,
    metischain_tx_confirmations: 1,
    chain_params: {
      main_chain_id: String(l1.chainId),
      metis_chain_id: String(l2.chainId),
      metis_token_address: l1.contracts.metis.toLowerCase(),
      staking_manager_address: l1.contracts.lockingPool.toLowerCase(),
      staking_info_address: l1.contracts.lockingInfo.toLowerCase(),
      validator_set_address: l2.contracts.sequencerSet.toLowerCase(),
    },
  }
}
