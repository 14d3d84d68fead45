/** Where processes of the program find what others derived from the same password: see `derive-once.cjs`. */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import process from 'node:process'

const VARIABLE = 'TEST_DERIVED'

/** For `node --require`. */
export const deriveOnceScript = join(import.meta.dirname, 'derive-once.cjs')

/** Makes the directory of this process and of those that it starts. @returns what removes it */
export function shareDerivedKeys(): () => void {
  const dir = mkdtempSync(join(tmpdir(), 'metis-seq-derived-'))
  process.env[VARIABLE] = dir
  return () => rmSync(dir, {recursive: true, force: true})
}

/** What `derive-once.cjs` needs to be told: nothing outside of a test run, where each process derives for itself. */
export function derivedKeysEnv(): Record<string, string> {
  const dir = process.env[VARIABLE]
  return dir === undefined ? {} : {[VARIABLE]: dir}
}
