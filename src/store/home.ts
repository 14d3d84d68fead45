import {homedir} from 'node:os'
import {isAbsolute, join, normalize, resolve} from 'node:path'

import {MetisSeqError} from '../lib/errors.ts'

/** All our paths, under one directory, so that backup and removal are one step. */
export interface Home {
  root: string
  configDir: string
  keysDir: string
  networksDir: string
  journalFile: string
  /** Cached L1 logs. May be deleted at any time. */
  logCacheFile: string
  localDir: string
  nodeDir(profile: string): string
}

/**
 * Value that `bin/run.cjs` sets as home for a user without one, such as a bare user id in a
 * container.
 */
const NO_HOME = '/nonexistent'

/** @throws {MetisSeqError} HOME_UNKNOWN */
function userHome(): string {
  const home = homedir()
  // A path relative to the working directory would differ with each command.
  if (home !== NO_HOME && isAbsolute(home)) return home
  throw new MetisSeqError({
    code: 'HOME_UNKNOWN',
    message: 'This user has no home directory to store settings and keys in.',
    hints: ['Set METIS_SEQ_HOME to a directory of this user.'],
  })
}

/**
 * The tool's directory: `METIS_SEQ_HOME`, or `.metis-seq` in the user's home. An unexpanded `~`, as
 * in a systemd unit, also stands for the user's home.
 *
 * @throws {MetisSeqError} HOME_UNKNOWN, HOME_INVALID
 */
export function openHome(root = process.env['METIS_SEQ_HOME']): Home {
  const base = root ? placeOf(root) : join(userHome(), '.metis-seq')
  return {
    root: base,
    configDir: base,
    keysDir: join(base, 'keys'),
    networksDir: join(base, 'networks'),
    journalFile: join(base, 'journal.sqlite'),
    logCacheFile: join(base, 'l1-logs.sqlite'),
    localDir: join(base, 'local'),
    nodeDir: (profile) => join(base, 'nodes', profile),
  }
}

/**
 * Expands a `~` that no shell has expanded: shells do not expand it after `--output=`, and no shell
 * reads the environment of a systemd unit.
 *
 * @throws {MetisSeqError} HOME_UNKNOWN
 */
export function withUserHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(userHome(), path.slice(1)) : path
}

/** @throws {MetisSeqError} HOME_INVALID */
function placeOf(root: string): string {
  const path = withUserHome(root)
  if (isAbsolute(path)) return normalize(path)
  throw new MetisSeqError({
    code: 'HOME_INVALID',
    message: `METIS_SEQ_HOME is ${root}, but it must start with / or ~/. Otherwise the location of keys and journals would depend on the working directory.`,
    facts: {path: root},
    hints: [`Set METIS_SEQ_HOME to ${resolve(root)} if that is what you want.`],
  })
}
