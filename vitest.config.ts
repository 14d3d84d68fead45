import {defineConfig} from 'vitest/config'

const shared = {
  disableConsoleIntercept: true,
  retry: 0,
  // For what hangs. A machine that is busy with other things is slow and not wrong, so none of them is near.
  testTimeout: 180_000,
  hookTimeout: 180_000,
  // One second, the library's own, is less than such a machine takes to start a process.
  expect: {poll: {timeout: 20_000}},
  env: {TZ: 'UTC', NO_COLOR: '1'},
  setupFiles: ['test/helpers/count-files.ts'],
}

/** Nodes keep slots of a second: they get a core each. */
const nodes = ['test/{node,pos,sim,local}/**/*.test.{ts,tsx}']
const whole = ['test/e2e/**/*.test.ts']

export default defineConfig({
  test: {
    globalSetup: ['test/helpers/global-setup.ts'],
    projects: [
      {
        test: {
          ...shared,
          name: 'nodes',
          include: nodes,
          maxWorkers: 2,
          sequence: {groupOrder: 0},
        },
      },
      {
        // Two cores; the third works while others wait for a chain, a process or a key file.
        test: {
          ...shared,
          name: 'parts',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: [...nodes, ...whole],
          maxWorkers: 3,
          sequence: {groupOrder: 1},
        },
      },
      {
        // Whole networks, three at a time: most of their time they wait for blocks.
        test: {
          ...shared,
          name: 'whole',
          include: whole,
          maxWorkers: 3,
          sequence: {groupOrder: 2},
        },
      },
    ],
  },
})
