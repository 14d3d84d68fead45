import {toHex, type Hash} from 'viem'

/** The response to a probe. */
export interface Readiness {
  ready: boolean
  /** Why not; empty when ready. */
  reasons: string[]
}

/** Recent ingress on this server, for `/health`. Times are seconds since 1970; 0 means never. */
export class Health {
  #received: {txHash: Hash | ''; timestamp: number} = {txHash: '', timestamp: 0}
  #written: {txHash: Hash | ''; timestamp: number; ret: string} = {
    ...{txHash: '', timestamp: 0, ret: ''},
  }

  accepted(txHash: Hash, nowMs: number): void {
    const timestamp = Math.floor(nowMs / 1000)
    this.#received = {txHash, timestamp}
    this.#written = {txHash, timestamp, ret: ''}
  }

  refused(reason: string, nowMs: number): void {
    this.#written = {txHash: '', timestamp: Math.floor(nowMs / 1000), ret: reason}
  }

  /**
   * The document of the Themis bridge's `GET /health`. This node submits transactions to its own
   * pool, so `writer` describes the pool; it does not take part in MPC signing.
   *
   * - Source: `bridge/setu/processor/rpc_tx.go`, MetisProtocol/themis.
   */
  document(isCurrentSequencer: boolean, head: {number: number; timestamp: number}) {
    return {
      isCurrentSequencer,
      writer: this.#written,
      l2: {blockNumber: head.number, timestamp: head.timestamp},
      rpc: this.#received,
      mpc: {isMpcProposer: false, signId: '', signSuccess: false, timestamp: 0},
    }
  }
}

/** `eth_syncing` of a node that is behind. */
export function syncingShape(from: number, head: number, highest: number) {
  return {startingBlock: toHex(from), currentBlock: toHex(head), highestBlock: toHex(highest)}
}
