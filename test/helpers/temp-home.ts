import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {openHome, type Home} from '../../src/store/home.ts'

export interface TempHome extends Disposable {
  root: string
  home: Home
  /** A path inside the directory. */
  path(...parts: string[]): string
}

/** An empty `METIS_SEQ_HOME` that is removed with everything in it. */
export function makeTempHome(): TempHome {
  const root = mkdtempSync(join(tmpdir(), 'metis-seq-home-'))
  return {
    root,
    home: openHome(root),
    path: (...parts) => join(root, ...parts),
    [Symbol.dispose]: () => rmSync(root, {recursive: true, force: true}),
  }
}
