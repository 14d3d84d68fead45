import {Args, Flags} from '@oclif/core'

/** Selects a snapshot. */
export function snapshotArg() {
  return Args.string({description: 'Name, path, or `latest`.', default: 'latest'})
}

export function snapshotDirFlag() {
  return Flags.string({
    description: 'Directory of the snapshots. Default: the one of the profile.',
    helpValue: 'DIR',
  })
}

/** For commands that replace or delete files. */
export const previewFlags = {
  'dry-run': Flags.boolean({char: 'n', description: 'Show what would be done, then stop.'}),
  yes: Flags.boolean({description: 'Do not ask. Required without a terminal.'}),
}
