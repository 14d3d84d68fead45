/** Signs at once with a key at hand, as tests make blocks and records of others. */
import {keccak256, type Address, type Hex} from 'viem'

import {createLocalSigner, type TransactionSigner} from '../../src/chain/signer.ts'
import {
  recordMessage,
  type PeerRecord,
  type SignedRecord,
} from '../../src/node/peers/peer-record.ts'
import {
  lowerCase,
  messagesOf,
  type SealedBlock,
  type UnsignedBlock,
} from '../../src/protocol/block.ts'
import {localBlockSigner, type BlockSigner} from '../../src/protocol/block-signer.ts'
import {signHash} from '../../src/protocol/secp256k1.ts'

interface Key {
  address: Address
  privateKey: Hex
}

export function signBlock(block: UnsignedBlock, chainId: number, key: Key): SealedBlock {
  const {header, first} = messagesOf(block, chainId)
  return {
    ...block,
    signer: lowerCase(key.address),
    signature: signHash(keccak256(header), key.privateKey),
    seqSign: first === undefined ? null : signHash(keccak256(first), key.privateKey),
  }
}

export function signRecord(record: Omit<PeerRecord, 'signer'>, key: Key): SignedRecord {
  const complete = {...record, signer: lowerCase(key.address)}
  return {...complete, signature: signHash(keccak256(recordMessage(complete)), key.privateKey)}
}

/** The port of a node, for a key at hand. */
export function signerOf({privateKey}: Key): BlockSigner {
  return localBlockSigner(privateKey)
}

/** What sends transactions of a node, for a key at hand. */
export function senderOf({privateKey}: Key): TransactionSigner {
  return createLocalSigner(privateKey)
}
