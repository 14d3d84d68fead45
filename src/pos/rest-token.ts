import {randomBytes} from 'node:crypto'
import {statSync} from 'node:fs'
import {join} from 'node:path'

import {systemErrorCode} from '../lib/errors.ts'
import {fromReadError, writeFileAtomic} from '../lib/files.ts'
import {readSecretText} from '../lib/read-file.ts'

/** In the directory of the consensus layer. */
export const TOKEN_FILE = 'rest-token'

/**
 * The bearer token of the signing paths. Created once, so that it survives a restart; replaced if
 * others could have read it.
 */
export function openToken(dataDir: string): string {
  const path = join(dataDir, TOKEN_FILE)
  const known = readPrivate(path)
  if (known !== undefined && /^[0-9a-f]{64}$/.test(known)) return known
  const token = randomBytes(32).toString('hex')
  writeFileAtomic(path, `${token}\n`, 0o600)
  return token
}

function readPrivate(path: string): string | undefined {
  try {
    if ((statSync(path).mode & 0o077) !== 0) return undefined
    return readSecretText(path).trim()
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw fromReadError(error, path)
  }
}
