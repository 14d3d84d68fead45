/** Set up before each test file: notes which sites it reaches, where the sources tell. */
import {randomUUID} from 'node:crypto'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import process from 'node:process'

import {afterAll, expect} from 'vitest'

const directory = process.env['METIS_SEQ_SITES']
if (directory) {
  const sites = new Set<string>()
  Object.assign(globalThis, {siteReached: (id: string) => void sites.add(id)})
  afterAll(() => {
    const note = {test: expect.getState().testPath, sites: [...sites]}
    writeFileSync(join(directory, randomUUID()), JSON.stringify(note))
  })
}
