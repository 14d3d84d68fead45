import {existsSync} from 'node:fs'

import {MetisSeqError} from '../lib/errors.ts'
import {writeFileAtomic} from '../lib/files.ts'

/**
 * Writes a file someone asked for, whole or not at all.
 *
 * @param options.replace false: a file that exists is left alone
 * @throws {MetisSeqError} FILE_EXISTS, FILE_NOT_WRITABLE, DISK_FULL
 */
export function writeNewFile(path: string, text: string, options: {replace: boolean}): void {
  assertNewFile(path, options)
  writeFileAtomic(path, text)
}

/**
 * Looks before a password is asked for.
 *
 * @throws {MetisSeqError} FILE_EXISTS
 */
export function assertNewFile(path: string, {replace}: {replace: boolean}): void {
  if (replace || !existsSync(path)) return
  throw new MetisSeqError({
    code: 'FILE_EXISTS',
    message: `${path} exists already, and is left as it is.`,
    exit: 'precondition',
    facts: {path},
    hints: ['Choose another name, or pass `--force` to replace it.'],
  })
}
