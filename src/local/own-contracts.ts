import {existsSync} from 'node:fs'
import {join} from 'node:path'

import type {Address} from 'viem'

import type {Home} from '../store/home.ts'
import {readNetwork} from '../store/networks.ts'
import {LOCAL_NETWORK} from './settings.ts'

/**
 * The contracts of the local L1 that call no foreign code, once the network document exists. The
 * bridge is not one of them: it calls any token it is given.
 */
export function ownL1Contracts(home: Home): () => readonly Address[] {
  let known: readonly Address[] = []
  let lookAgainMs = 0
  return () => {
    if (known.length > 0 || performance.now() < lookAgainMs) return known
    lookAgainMs = performance.now() + LOOK_AGAIN_MS
    if (!existsSync(join(home.networksDir, `${LOCAL_NETWORK}.json`))) return known
    const {lockingPool, lockingInfo, metis, addressManager} = readNetwork(home, LOCAL_NETWORK).l1
      .contracts
    known = [lockingPool, lockingInfo, metis, addressManager]
    return known
  }
}

const LOOK_AGAIN_MS = 1_000
