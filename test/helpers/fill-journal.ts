/* A process of its own: fills a journal and the settings on a small disk, and says what happened. */
import process from 'node:process'

import {messageOf, MetisSeqError} from '../../src/lib/errors.ts'
import {openConfig} from '../../src/store/config.ts'
import {openHome} from '../../src/store/home.ts'
import {openJournal} from '../../src/store/journal.ts'

const home = openHome(process.env['DISK'])

function codeOf(act: () => void): string {
  try {
    act()
    return 'no failure'
  } catch (error) {
    return error instanceof MetisSeqError ? `${error.code} ${error.exitCode}` : messageOf(error)
  }
}

const config = openConfig(home)
config.update((all) => ({...all, currentProfile: 'before'}))
const journal = openJournal(home.journalFile)
let prepared = 0
const prepare = codeOf(() => {
  for (let nonce = 0; nonce < 10_000; nonce++) {
    journal.prepare({
      action: 'stake increase',
      label: 'x'.repeat(500),
      network: 'test',
      chainId: 1,
      from: '0x1111111111111111111111111111111111111111',
      to: '0x2222222222222222222222222222222222222222',
      nonce,
      valueWei: 0n,
      hash: `0x${'aa'.repeat(32)}`,
      raw: '0x02',
    })
    prepared++
  }
})
const update = codeOf(() => config.update((all) => ({...all, currentProfile: 'y'.repeat(100_000)})))
const kept = openJournal(home.journalFile).open(1, '0x1111111111111111111111111111111111111111')
const {currentProfile} = openConfig(home).read()
process.stdout.write(JSON.stringify({prepare, update, prepared, kept: kept.length, currentProfile}))
