import {homedir} from 'node:os'
import {isAbsolute, join, normalize, resolve} from 'node:path'

import {MetisSeqError} from '../lib/errors.ts'

/** Every path of ours, under one directory, so that a backup or a removal is one step. */
export interface Home {
  root: string
  configDir: string
  keysDir: string
  networksDir: string
  journalFile: string
  /** Logs of L1 that were read before. May be deleted at any time. */
  logCacheFile: string
  localDir: string
  nodeDir(profile: string): string
}

/** What `bin/run.cjs` sets as the home of a user that has none, as a container's user id may. */
const NO_HOME = '/nonexistent'

/** @throws {MetisSeqError} HOME_UNKNOWN */
function userHome(): string {
  const home = homedir()
  // One that depends on where a command is started would be another one each time.
  if (home !== NO_HOME && isAbsolute(home)) return home
  throw new MetisSeqError({
    code: 'HOME_UNKNOWN',
    message: 'This user has no home directory, so there is no place for settings and keys.',
    hints: ['Set METIS_SEQ_HOME to a directory of this user.'],
  })
}

/**
 * The tool's directory: `METIS_SEQ_HOME`, or `.metis-seq` in the user's home. A `~` that no shell has replaced, as in
 * a unit of systemd, is the user's home as well.
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
 * A path with the user's home for a `~` that no shell has replaced: none does so behind `--output=`, and none reads
 * the environment of a unit of systemd.
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
    message: `METIS_SEQ_HOME is ${root}, and has to begin with / or ~/: keys and journals would lie elsewhere for each directory a command is started in.`,
    facts: {path: root},
    hints: [`Set METIS_SEQ_HOME to ${resolve(root)} if that is meant.`],
  })
}
