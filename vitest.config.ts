import {mkdirSync} from 'node:fs'
import {homedir} from 'node:os'
import {join} from 'node:path'
import process from 'node:process'

import {defineConfig} from 'vitest/config'

import {LongestFirst} from './test/order.ts'

// Every worker loads the same libraries, and every process of the program the same code: what was compiled is kept. In
// directories of our own that nobody else may read, or the program does not use them.
const cache = join(homedir(), '.cache/metis-seq-tests')
process.env['NODE_COMPILE_CACHE'] ??= makeDirectory(join(cache, 'workers'))
process.env['XDG_CACHE_HOME'] ??= makeDirectory(join(cache, 'programs'))

const shared = {
  disableConsoleIntercept: true,
  retry: 0,
  // For what hangs. A machine that is busy with other things is slow and not wrong, so none of them is near.
  testTimeout: 180_000,
  hookTimeout: 180_000,
  // One second, the library's own, is less than such a machine takes to start a process.
  expect: {poll: {timeout: 60_000}},
  env: {TZ: 'UTC', NO_COLOR: '1'},
  setupFiles: ['test/helpers/count-files.ts'],
  // One queue for two cores: whole networks wait for their blocks most of the time, and others for a chain or a process.
  maxWorkers: 4,
}

function makeDirectory(path: string): string {
  mkdirSync(path, {recursive: true, mode: 0o700})
  return path
}

/** Whole networks, nodes with slots to keep, and files that replace modules: a process each. */
const alone = [
  'test/{e2e,sim}/**/*.test.ts',
  'test/node/{crash,hist*-node,hostile-*,l1*,network,peers,remote-signer,rpc*,sender-*,snapshots,twin,verify,wire-rpc}.test.ts',
  'test/pos/{outage,parties}.test.ts',
  'test/attacks/{diverged-producer,engine,rpc-denial,sign-guard,state-bloat}.test.ts',
]

export default defineConfig({
  test: {
    globalSetup: ['test/helpers/global-setup.ts'],
    sequence: {sequencer: LongestFirst},
    projects: [
      {test: {...shared, name: 'alone', include: alone}},
      {
        // One file after the other in a process that has the modules loaded.
        test: {
          ...shared,
          name: 'parts',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: alone,
          isolate: false,
        },
      },
    ],
  },
})
