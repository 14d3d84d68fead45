import {homedir} from 'node:os'
import {join, resolve} from 'node:path'

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
  if (home !== NO_HOME) return home
  throw new MetisSeqError({
    code: 'HOME_UNKNOWN',
    message: 'This user has no home directory, so there is no place for settings and keys.',
    exit: 'config',
    hints: ['Set METIS_SEQ_HOME to a directory of this user.'],
  })
}

/** The tool's directory: `METIS_SEQ_HOME`, or `.metis-seq` in the user's home. */
export function openHome(root = process.env['METIS_SEQ_HOME']): Home {
  const base = root ? resolve(root) : join(userHome(), '.metis-seq')
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
