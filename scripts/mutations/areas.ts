/** What is broken, how often, and the tests that are to notice. Only tests that need seconds. */

export interface Area {
  name: string
  /** Globs below the root. */
  files: string[]
  /** How many sites are tried; the others are left out by the order of their hashes. */
  sites: number
  /** Globs of test files. Which of them reach a site is measured. */
  tests: string[]
}

const services = [
  'test/services/{plan,planned-call,refusals,run-operation,send-nonce,send-plan,traps}.test.ts',
  'test/services/{sending,staking,staking-conditions}*.test.ts',
]

export const areas: Area[] = [
  {
    name: 'sign guard',
    files: ['src/store/sign-guard*.ts'],
    sites: 70,
    tests: ['test/store/sign-guard*.test.ts', 'test/attacks/sign-guard.test.ts'],
  },
  {name: 'sending', files: ['src/services/sending/*.ts'], sites: 26, tests: services},
  {name: 'staking', files: ['src/services/staking/*.ts'], sites: 24, tests: services},
  {
    name: 'protocol',
    files: ['src/protocol/**/*.ts'],
    sites: 60,
    tests: ['test/protocol/*.test.ts', 'test/health/*.test.ts', 'test/services/refusals.test.ts'],
  },
  {
    name: 'health',
    files: ['src/health/**/*.ts', 'src/services/health/*.ts'],
    sites: 45,
    tests: ['test/health/*.test.ts', 'test/services/{external-node,health}*.test.ts'],
  },
  {
    name: 'sequencing',
    files: ['src/node/sequencing/*.ts'],
    sites: 24,
    tests: [
      'test/node/{transition,slots,failures,import,branches,rotation,sequencing}*.test.ts',
      'test/sim/short.test.ts',
    ],
  },
]
