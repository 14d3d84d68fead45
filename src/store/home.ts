import {homedir} from 'node:os'
import {join, resolve} from 'node:path'

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

/** The tool's directory: `METIS_SEQ_HOME`, or `.metis-seq` in the user's home. */
export function openHome(root = process.env['METIS_SEQ_HOME']): Home {
  const base = root ? resolve(root) : join(homedir(), '.metis-seq')
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
