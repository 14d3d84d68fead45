/** Whether other users of this machine can replace one of our files. */
import {lstatSync, mkdtempSync, readFileSync, realpathSync, type Stats} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'

import {MetisSeqError} from './errors.ts'

const OTHERS_WRITE = 0o002
const GROUP_OR_OTHERS_WRITE = 0o022
const STICKY = 0o1000

/**
 * Why a file cannot be trusted with a secret, as the end of a sentence that starts with the file;
 * undefined when it can be, or when there is no file. Like ssh for its keys: the file belongs to us
 * or root and is not writable by others, and so is every directory above it, by its real path.
 */
export function whyUntrusted(path: string): string | undefined {
  const real = realpathOf(path)
  if (real === undefined) return undefined
  const stat = lstatSync(real)
  if (!isOurs(stat)) return `belongs to another user (${stat.uid})`
  if (!stat.isDirectory() && (stat.mode & GROUP_OR_OTHERS_WRITE) !== 0)
    return `can be written by others (mode ${modeText(stat)}); run \`chmod 600 ${path}\``
  return whyDirectoryUntrusted(stat.isDirectory() ? real : dirname(real))
}

/** @param directory by its real path */
function whyDirectoryUntrusted(directory: string): string | undefined {
  for (let dir = directory; ; dir = dirname(dir)) {
    const stat = lstatSync(dir)
    if (!isOurs(stat) && stat.uid !== overflowUid())
      return `lies below ${dir}, which belongs to another user (${stat.uid})`
    if ((stat.mode & OTHERS_WRITE) !== 0 && (stat.mode & STICKY) === 0)
      return `lies below ${dir}, where every user can replace files (mode ${modeText(stat)})`
    if (dirname(dir) === dir) return undefined
  }
}

/**
 * A new private directory in the system's temporary directory.
 *
 * @throws {MetisSeqError} DIRECTORY_UNTRUSTED if other users could replace it
 */
export function makeScratchDirectory(prefix: string): string {
  const parent = tmpdir()
  const reason = whyUntrustedScratch(parent)
  if (reason !== undefined) {
    throw new MetisSeqError({
      code: 'DIRECTORY_UNTRUSTED',
      message: `The temporary directory ${parent} ${reason}.`,
      facts: {path: parent},
      hints: ['Set TMPDIR to a directory of your own: `TMPDIR=$HOME/tmp`.'],
    })
  }
  return mkdtempSync(join(parent, prefix))
}

function whyUntrustedScratch(parent: string): string | undefined {
  const real = realpathOf(parent)
  return real === undefined ? 'does not exist' : whyDirectoryUntrusted(real)
}

function realpathOf(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}

function isOurs({uid}: Stats): boolean {
  return uid === 0 || uid === process.geteuid?.()
}

function modeText({mode}: Stats): string {
  return (mode & 0o7777).toString(8)
}

/**
 * The owner that the kernel reports for users unknown to this namespace: the root directory of a
 * rootless container belongs to it. Nobody logs in as it.
 */
function overflowUid(): number | undefined {
  try {
    if (!isWholeUidMap()) return OVERFLOW_UID
  } catch {
    // No /proc: no namespaces either.
  }
  return undefined
}

const OVERFLOW_UID = 65_534

function isWholeUidMap(): boolean {
  return /^\s*0\s+0\s+4294967295\s*$/.test(readFileSync('/proc/self/uid_map', 'utf8'))
}
