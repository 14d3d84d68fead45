/** Rules of our contracts, each broken by one change, in a copy of the tree. */
import {execFileSync, spawnSync} from 'node:child_process'
import {cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import process from 'node:process'

const root = join(import.meta.dirname, '../..')

interface Mutation {
  rule: string
  file: string
  from: string
  to: string
}

const pool = 'contracts/l1/LockingPool.sol'
const info = 'contracts/l1/LockingInfo.sol'

const mutations: Mutation[] = [
  {
    rule: 'a second withdrawal in a reward batch is refused',
    ...{
      file: pool,
      from: 'curBatchState.id > seq.updatedBatch',
      to: 'curBatchState.id >= seq.updatedBatch',
    },
  },
  {
    rule: 'the throttle of a signer update counts from the last change',
    ...{file: pool, from: 'seq.updatedBatch + signerUpdateThrottle', to: 'seq.updatedBatch'},
  },
  {
    rule: 'a replaced signer is burned',
    ...{file: pool, from: 'seqSigners[msg.sender] = BURNED;', to: 'delete seqSigners[msg.sender];'},
  },
  {
    rule: 'the signer of a finished exit is burned',
    ...{file: pool, from: 'seqSigners[seq.signer] = BURNED;', to: ''},
  },
  {
    rule: 'an exit waits for the exit delay',
    ...{file: pool, from: 'block.timestamp >= seq.unlockClaimTime', to: 'true'},
  },
  {
    rule: 'a third of the sequencers may exit, not more',
    ...{
      file: pool,
      from: 'exiting * 3 <= serving + exiting',
      to: 'exiting * 3 <= serving + exiting + 1',
    },
  },
  {
    rule: 'a reward batch follows the last paid epoch',
    ...{file: pool, from: '_startEpoch == batch.endEpoch + 1', to: '_startEpoch >= batch.endEpoch'},
  },
  {
    rule: 'a restaked reward cannot be claimed again',
    ...{
      file: pool,
      from: 'fromReward = seq.reward;\n            seq.reward = 0;',
      to: 'fromReward = seq.reward;',
    },
  },
  {
    rule: 'the reward recipient cannot change after the exit began',
    ...{
      file: pool,
      from: 'if (seq.status != SequencerStatus.Active) revert SeqNotActive();\n        if (_recipient',
      to: 'if (_recipient',
    },
  },
  {
    rule: 'the lock never passes the maximum',
    ...{file: info, from: '_locked <= maxLock', to: '_locked <= maxLock + 1'},
  },
  {
    rule: 'a withdrawal leaves the minimum',
    ...{
      file: info,
      from: '_amount > 0 && _locked >= minLock',
      to: '_amount > 0 && _locked + 1 >= minLock',
    },
  },
  {
    rule: 'what is taken out no longer counts as locked',
    ...{
      file: info,
      from: 'totalLocked -= _amount;\n        IERC20(l1Token).safeTransfer(_owner',
      to: 'IERC20(l1Token).safeTransfer(_owner',
    },
  },
]

const tests = ['test/contracts', 'test/services/staking-conditions.test.ts']

function copyOfTree(): string {
  const copy = mkdtempSync(join(tmpdir(), 'metis-seq-mutations-'))
  const left = ['node_modules', '.git', 'dist'].map((name) => join(root, name))
  cpSync(root, copy, {recursive: true, filter: (path) => !left.includes(path)})
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

/** @returns how many tests failed; 0 means that nobody noticed */
function failuresWith(copy: string, {file, from, to}: Mutation): number {
  const path = join(copy, file)
  const source = readFileSync(path, 'utf8')
  if (source.split(from).length !== 2) throw new Error(`${file} has not exactly one "${from}".`)
  writeFileSync(path, source.replace(from, to))
  try {
    execFileSync(process.execPath, ['scripts/contracts.ts'], {cwd: copy, stdio: 'ignore'})
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    const output = join(copy, 'report.json')
    const reporter = ['--reporter', 'json', '--outputFile', output]
    const args = [vitest, 'run', ...tests, '--project', 'parts', ...reporter]
    rmSync(output, {force: true})
    spawnSync(process.execPath, args, {cwd: copy, stdio: 'ignore'})
    const report = JSON.parse(readFileSync(output, 'utf8')) as {
      numFailedTests: number
      numTotalTests: number
    }
    if (report.numTotalTests < 50) throw new Error('The tests did not run.')
    return report.numFailedTests
  } finally {
    writeFileSync(path, source)
  }
}

/** @returns how many rules can be broken unnoticed */
export function runContracts(words: string): number {
  const chosen = mutations.filter(({rule}) => rule.includes(words))
  const copy = copyOfTree()
  let unnoticed = 0
  try {
    for (const mutation of chosen) {
      const failed = failuresWith(copy, mutation)
      if (failed === 0) unnoticed++
      process.stdout.write(
        `${failed > 0 ? 'noticed  ' : 'UNNOTICED'} ${mutation.rule}: ${failed} tests fail\n`,
      )
    }
  } finally {
    rmSync(copy, {recursive: true, force: true})
  }
  process.stdout.write(`${chosen.length - unnoticed} of ${chosen.length} mutations noticed\n`)
  return unnoticed
}
