import {accessSync, constants} from 'node:fs'

import type {KeyRecord} from '../../store/config.ts'
import type {Home} from '../../store/home.ts'
import {keyFileOf} from '../../store/keys/file-store.ts'

/** A file without which a key does not open. */
export interface KeyFile {
  path: string
  isReadable: boolean
}

/** Both null where the key is in a keyring; `passwordFile` also where the password is prompted for. */
export interface KeyFiles {
  keyFile: KeyFile | null
  passwordFile: KeyFile | null
}

/** Opens nothing. */
export function keyFilesOf(key: KeyRecord, home: Home): KeyFiles {
  if (key.backend !== 'file') return {keyFile: null, passwordFile: null}
  return {
    keyFile: look(keyFileOf(home.keysDir, key.name)),
    passwordFile: key.passwordFile === null ? null : look(key.passwordFile),
  }
}

function look(path: string): KeyFile {
  try {
    accessSync(path, constants.R_OK)
    return {path, isReadable: true}
  } catch {
    return {path, isReadable: false}
  }
}
