import {mkdirSync, statSync} from 'node:fs'
import {dirname, resolve} from 'node:path'

import {systemErrorCode} from './errors.ts'

/**
 * Makes a directory with those above it, for the owner alone.
 *
 * The recursive call of Node.js asks for the directory above and then for this one again, for ever and deaf to
 * signals, where the system says "no such file" of a directory whose parent is there, as /proc does. Here each
 * directory is asked for once.
 *
 * @returns the topmost one that was made; undefined when all were there
 * @throws {Error} of the file system, with its code
 */
export function makeDirectory(path: string): string | undefined {
  const missing: string[] = []
  for (let at = resolve(path); !isDirectory(at); at = dirname(at)) missing.unshift(at)
  const made = missing.filter((each) => makeOne(each))
  return made[0]
}

/** False where somebody else was faster. */
function makeOne(path: string): boolean {
  try {
    mkdirSync(path, {mode: 0o700})
    return true
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST' && isDirectory(path)) return false
    throw error
  }
}

/** The root is one, so that the way up ends. */
function isDirectory(path: string): boolean {
  if (path === dirname(path)) return true
  try {
    return statSync(path).isDirectory()
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) return false
    throw error
  }
}
