/** Where processes of the program find what others derived from the same password: see `derive-once.cjs`. */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import process from 'node:process'

/** For `node --require`. */
export const deriveOnceScript = join(import.meta.dirname, 'derive-once.cjs')

let dir: string | undefined

/** What `derive-once.cjs` needs to be told. One directory for this process, which removes it at its end. */
export function derivedKeysEnv(): Record<string, string> {
  if (dir === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'metis-seq-derived-'))
    process.once('exit', () => rmSync(made, {recursive: true, force: true}))
    dir = made
  }
  return {TEST_DERIVED: dir}
}
