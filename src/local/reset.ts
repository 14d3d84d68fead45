import {existsSync} from 'node:fs'
import {join} from 'node:path'

import {remove} from '../lib/files.ts'
import {openConfig} from '../store/config.ts'
import type {Home} from '../store/home.ts'
import {openJournal} from '../store/journal.ts'
import {bringDown, nodesOfNetwork} from './processes.ts'
import {LOCAL_NETWORK, localPaths, readLocalState, type LocalState} from './settings.ts'

export interface ResetPlan {
  nothing: boolean
  /** Profiles of the local network, with the data of their nodes. */
  profiles: string[]
  /** Keys that were created for the network. Keys created by an operator stay. */
  keys: string[]
}

/** Plans a reset: lists what it would delete. Deletes nothing. */
export function planReset(home: Home): ResetPlan {
  const {profiles} = openConfig(home).read()
  const local = Object.entries(profiles)
    .filter(([, profile]) => profile.network === LOCAL_NETWORK)
    .map(([name]) => name)
  const nothing = !existsSync(home.localDir) && local.length === 0
  return {nothing, profiles: local, keys: stateOrNothing(home)?.keys ?? []}
}

/** Stops the network and deletes everything in the plan. */
export async function applyReset(
  home: Home,
  plan: ResetPlan,
  onStep: (text: string) => void,
): Promise<void> {
  if (stateOrNothing(home)) await bringDown(home, onStep)
  deleteNetwork(home, plan)
}

/** Deletes the files of a stopped network. */
export function deleteNetwork(home: Home, {profiles, keys}: ResetPlan = planReset(home)): void {
  for (const name of nodesOfNetwork(home)) {
    remove(home.nodeDir(name))
  }
  openConfig(home).update((config) => ({
    ...config,
    currentProfile: profiles.includes(config.currentProfile ?? '') ? null : config.currentProfile,
    profiles: without(config.profiles, profiles),
    keys: without(config.keys, keys),
  }))
  for (const key of keys) remove(join(home.keysDir, `${key}.json`))
  if (existsSync(home.journalFile)) forgetTransactions(home)
  remove(join(home.networksDir, `${LOCAL_NETWORK}.json`))
  remove(localPaths(home).root)
}

/** A signed call of the old chain would be valid on the next one, which has the same id. */
function forgetTransactions(home: Home): void {
  const journal = openJournal(home.journalFile)
  journal.forget(LOCAL_NETWORK)
  journal.close()
}

function without<T>(from: Record<string, T>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(from).filter(([name]) => !names.includes(name)))
}

/** A damaged state must not keep the network from being deleted. */
function stateOrNothing(home: Home): LocalState | undefined {
  try {
    return readLocalState(home)
  } catch {
    return undefined
  }
}
