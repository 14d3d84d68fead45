import {writeFileSync} from 'node:fs'

import type {Network} from '../../src/protocol/network.ts'
import {importKey, type KeyAccess} from '../../src/services/keys/keys.ts'
import {createProfile} from '../../src/services/network/profiles.ts'
import {openConfig} from '../../src/store/config.ts'
import {LOCAL_SCRYPT_N} from '../../src/store/keys/keystore-v3.ts'
import {saveNetwork} from '../../src/store/networks.ts'
import {accountOf} from './l2-chain.ts'
import {makeTempHome, type TempHome} from './temp-home.ts'

export const PASSWORD = 'correct horse'

export interface OperatorOptions {
  /** Role names become keys; their accounts are those of `accountOf`. */
  owner: string
  signer: string
  endpoints?: {l1?: string; l2?: string; pos?: string}
}

/** A home with a network, two keys in files with a remembered password file, and a profile in use. */
export async function makeOperator(network: Network, options: OperatorOptions): Promise<TempHome> {
  const temp = makeTempHome()
  saveNetwork(temp.home, network, {replace: true})
  // A home is made for many a test, and nothing in it is worth a guess.
  const access = {...keyAccessOf(temp), scryptN: 2 ** 4}
  for (const name of [options.owner, options.signer]) {
    const {privateKey} = accountOf(name)
    await importKey(
      privateKey,
      {name: keyName(name), backend: 'file', rememberPasswordFile: true},
      access,
    )
  }
  const {l1, l2, pos = null} = options.endpoints ?? {}
  const listOf = (url: string | undefined) => (url === undefined ? [] : [url])
  createProfile(temp.home, access.config, {
    name: 'op',
    network: network.name,
    owner: keyName(options.owner),
    signer: keyName(options.signer),
    endpoints: {l1: listOf(l1), l2: listOf(l2), pos},
    node: null,
    replace: true,
  })
  return temp
}

/** Keys of a temporary home are cheap to open, as those of a local network. */
export function keyAccessOf(temp: TempHome): KeyAccess {
  const passwordFile = temp.path('password')
  writeFileSync(passwordFile, `${PASSWORD}\n`, {mode: 0o600})
  return {home: temp.home, config: openConfig(temp.home), passwordFile, scryptN: LOCAL_SCRYPT_N}
}

/** Names of keys have no spaces. */
export function keyName(account: string): string {
  return account.replaceAll(' ', '-')
}
