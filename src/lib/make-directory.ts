import {mkdirSync, statSync} from 'node:fs'
import {dirname, resolve} from 'node:path'

import {systemErrorCode} from './errors.ts'

/**
 * Creates a directory and its parents, for the owner only.
 *
 * The recursive call of Node.js loops forever, ignoring signals, where the system returns "no such
 * file" for a directory whose parent exists, as /proc does. Here each directory is tried once.
 *
 * @returns the topmost one that was created; undefined when all existed
 * @throws {Error} of the file system, with its code
 */
export function makeDirectory(path: string): string | undefined {
  const missing: string[] = []
  for (let at = resolve(path); !isDirectory(at); at = dirname(at)) missing.unshift(at)
  const made = missing.filter((each) => makeOne(each))
  return made[0]
}

/** False when another process was faster. */
function makeOne(path: string): boolean {
  try {
    mkdirSync(path, {mode: 0o700})
    return true
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST' && isDirectory(path)) return false
    throw error
  }
}

/** The root is one, so the walk up ends. */
function isDirectory(path: string): boolean {
  if (path === dirname(path)) return true
  try {
    return statSync(path).isDirectory()
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) return false
    throw error
  }
}
