/**
 * Binds a peer id to its sequencer: a record signed by the sequencer key. It is sent at every first
 * contact and relayed to others, so one bootnode is enough to find everybody. Pure.
 */
import {keccak256, type Address, type Hex} from 'viem'

import {isRecord} from '../../lib/json.ts'
import {lowerCase} from '../../protocol/block.ts'
import {parsePeerAddress} from '../../protocol/peer-address.ts'
import type {BlockSigner} from '../../protocol/block-signer.ts'
import {recoverSigner} from '../../protocol/secp256k1.ts'
import {PEER_RECORD_ADDRESSES} from '../peer-limits.ts'
import {PeerError} from './exchange.ts'

export interface PeerRecord {
  /** Lower-case. */
  signer: Address
  /** The libp2p peer id, base58. */
  peerId: string
  chainId: number
  fingerprint: Hex
  /** Multiaddrs at which it listens. */
  addresses: string[]
  /**
   * Wall clock of its host, milliseconds since 1970. With the peer id it identifies one run of a
   * node.
   */
  startedAtMs: number
  /** Grows with each signature: the wall clock of its host at that time. */
  sequence: number
}

export interface SignedRecord extends PeerRecord {
  /** 65 bytes over `recordMessage`. */
  signature: Hex
}

/** @throws {MetisSeqError} of the signer */
export async function signRecord(
  record: Omit<PeerRecord, 'signer'>,
  signer: BlockSigner,
): Promise<SignedRecord> {
  const complete = {...record, signer: lowerCase(signer.address)}
  return {...complete, signature: await signer.sign(recordMessage(complete))}
}

/** True when the record is signed by its stated signer. */
export function isGenuine(record: SignedRecord): boolean {
  return recoverSigner(keccak256(recordMessage(record)), record.signature) === record.signer
}

/** Identifies one run of one node. */
export function instanceOf({signer, peerId, startedAtMs}: PeerRecord): string {
  return `${signer} ${peerId} ${startedAtMs}`
}

/** @throws {PeerError} anything that is not exactly this shape */
export function parseRecord(value: unknown): SignedRecord {
  if (!isRecord(value)) throw new PeerError('A peer record is a JSON object.')
  const {addresses} = value
  if (!Array.isArray(addresses) || addresses.length > PEER_RECORD_ADDRESSES) {
    throw new PeerError(`A peer record has at most ${PEER_RECORD_ADDRESSES} addresses.`)
  }
  return {
    signer: textField(value, 'signer', /^0x[0-9a-f]{40}$/) as Address,
    peerId: textField(value, 'peerId', /^[1-9A-HJ-NP-Za-km-z]{30,64}$/),
    chainId: wholeField(value, 'chainId'),
    fingerprint: textField(value, 'fingerprint', /^0x[0-9a-f]{64}$/) as Hex,
    addresses: addresses.map(parseAddress),
    startedAtMs: wholeField(value, 'startedAtMs'),
    sequence: wholeField(value, 'sequence'),
    signature: textField(value, 'signature', /^0x[0-9a-f]{130}$/) as Hex,
  }
}

/** The message that the signer of a record signs. */
export function recordMessage(record: PeerRecord): Uint8Array {
  const {signer, peerId, chainId, fingerprint, addresses, startedAtMs, sequence} = record
  const lines = [
    'metis-seq peer record v1',
    ...[signer, peerId, chainId, fingerprint, startedAtMs, sequence],
    ...addresses,
  ]
  return Buffer.from(lines.join('\n'), 'utf8')
}

function parseAddress(value: unknown): string {
  const address =
    typeof value === 'string' && value.length <= 320 ? parsePeerAddress(value) : undefined
  if (address === undefined) throw new PeerError('A peer record has an invalid address.')
  return address
}

function textField(record: Record<string, unknown>, name: string, pattern: RegExp): string {
  const value = record[name]
  if (typeof value !== 'string' || !pattern.test(value)) {
    throw new PeerError(`The ${name} of a peer record is not valid.`)
  }
  return value
}

function wholeField(record: Record<string, unknown>, name: string): number {
  const value = record[name]
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new PeerError(`The ${name} of a peer record is not a whole number.`)
  }
  return value
}
