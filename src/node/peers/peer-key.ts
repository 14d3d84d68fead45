import {existsSync} from 'node:fs'

import {generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf} from '@libp2p/crypto/keys'
import type {PrivateKey} from '@libp2p/interface'

import {MetisSeqError} from '../../lib/errors.ts'
import {fromReadError, writeFileAtomic} from '../../lib/files.ts'
import {readSecretFile} from '../../lib/read-file.ts'

/**
 * The key of the peer id, created at the first start and readable only by its owner. It secures
 * connections and signs nothing of value.
 *
 * @throws {MetisSeqError} PEER_KEY_DAMAGED, FILE_UNREADABLE (others can change it)
 */
export async function openPeerKey(file: string): Promise<PrivateKey> {
  if (existsSync(file)) {
    const bytes = readKey(file)
    try {
      return privateKeyFromProtobuf(bytes)
    } catch (error) {
      throw new MetisSeqError({
        code: 'PEER_KEY_DAMAGED',
        message: `${file} does not contain a peer key.`,
        facts: {path: file},
        hints: [`Remove ${file}; the node creates a new one at its next start.`],
        cause: error,
      })
    }
  }
  const key = await generateKeyPair('Ed25519')
  writeFileAtomic(file, privateKeyToProtobuf(key))
  return key
}

function readKey(file: string): Buffer {
  try {
    return readSecretFile(file)
  } catch (error) {
    throw fromReadError(error, file)
  }
}
