import {defineConfig} from 'vitest/config'

const shared = {
  disableConsoleIntercept: true,
  retry: 0,
  testTimeout: 60_000,
  hookTimeout: 60_000,
  env: {TZ: 'UTC', NO_COLOR: '1'},
}

export default defineConfig({
  test: {
    globalSetup: ['test/helpers/global-setup.ts'],
    // Two cores; the third works while others wait for a chain, a process or a slot.
    maxWorkers: 3,
    projects: [
      {
        test: {
          ...shared,
          name: 'parts',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/e2e/**'],
          sequence: {groupOrder: 0},
        },
      },
      {
        // Whole networks: one after the other, so that each has the machine for itself.
        test: {
          ...shared,
          name: 'whole',
          include: ['test/e2e/**/*.test.ts'],
          fileParallelism: false,
          sequence: {groupOrder: 1},
        },
      },
    ],
  },
})
