import {existsSync, readFileSync} from 'node:fs'

import {generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf} from '@libp2p/crypto/keys'
import type {PrivateKey} from '@libp2p/interface'

import {MetisSeqError} from '../../lib/errors.ts'
import {writeFileAtomic} from '../../lib/files.ts'

/**
 * The key of the peer id, made at the first start and readable by its owner alone. It secures connections
 * and signs nothing of value.
 *
 * @throws {MetisSeqError} PEER_KEY_DAMAGED
 */
export async function openPeerKey(file: string): Promise<PrivateKey> {
  if (existsSync(file)) {
    try {
      return privateKeyFromProtobuf(readFileSync(file))
    } catch (error) {
      throw new MetisSeqError({
        code: 'PEER_KEY_DAMAGED',
        message: `${file} does not hold a peer key.`,
        exit: 'config',
        facts: {path: file},
        hints: [`Remove ${file}; the node makes a new one when it starts.`],
        cause: error,
      })
    }
  }
  const key = await generateKeyPair('Ed25519')
  writeFileAtomic(file, privateKeyToProtobuf(key))
  return key
}
