/**
 * A seed that finds each planted bug. The layers hold each other up, so that many a bug leads to no second signature
 * as long as the others are there: then it shows by the rule of its own layer (signing-watch.ts), a few of them only
 * where the quarantine is gone as well.
 */
import type {Planted} from './planted.ts'

export interface Found {
  seed: number
  /** Of the history, up to the break. */
  steps: number
  rule: string
  /** Bugs that are planted besides, and do not break this rule. */
  besides?: readonly Planted[]
}

const TWICE = 'a signer signs one hash at a height'
const SHOWN = 'own signatures that were shown are in the guard'
const HEARD = 'nothing is signed before L1 and a peer were heard'

const QUARANTINE = ['no-quarantine'] as const

export const foundBy: Readonly<Record<Planted, Found>> = {
  'copies-are-trusted': {seed: 11, steps: 200, rule: TWICE},
  'copies-of-a-moment-are-trusted': {seed: 11, steps: 200, rule: TWICE},
  'killed-needs-no-peers': {seed: 115, steps: 900, rule: HEARD},
  'new-home-is-trusted': {seed: 3, steps: 300, rule: TWICE},
  'no-quarantine': {seed: 3, steps: 200, rule: TWICE},
  'guard-from-snapshot': {seed: 25, steps: 200, rule: TWICE},
  'twins-stay': {seed: 34, steps: 2_500, rule: TWICE},
  'no-start-gate': {seed: 8, steps: 500, rule: HEARD},
  'no-wait-for-l1': {seed: 8, steps: 500, rule: HEARD},
  'no-wait-for-peers': {seed: 7, steps: 600, rule: HEARD, besides: QUARANTINE},
  'deaf-to-peers': {seed: 3, steps: 200, rule: SHOWN, besides: QUARANTINE},
  'deaf-to-l1': {seed: 23, steps: 300, rule: SHOWN, besides: QUARANTINE},
  'restore-leaves-floor': {seed: 13, steps: 1_700, rule: 'a restore raises the floor'},
  'rebuilt-is-trusted': {seed: 2, steps: 400, rule: 'a rebuilt guard is not trusted'},
  'guard-may-be-lost': {
    ...{seed: 2, steps: 400},
    rule: 'a node starts with a guard that knows its own blocks',
  },
}
