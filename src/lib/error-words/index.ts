import type {ErrorCode} from '../error-codes/index.ts'
import {alertWords} from './alerts.ts'
import {refusalWords} from './contracts.ts'
import {endpointWords} from './endpoints.ts'
import {keyWords} from './keys.ts'
import {machineWords} from './machine.ts'
import {networkWords} from './network.ts'
import {nodeWords} from './node.ts'
import {rotationWords} from './rotation.ts'
import {settingsWords} from './settings.ts'
import {transactionWords} from './transactions.ts'
import type {ErrorWords} from './words.ts'

/** Words of every code, by sense. Read only by `explain` and the docs: the start of a command does without them. */
export const errorWordsBySense = {
  'Commands, profiles and networks': settingsWords,
  Transactions: transactionWords,
  Contracts: refusalWords,
  'Keys and signers': keyWords,
  'Endpoints and chains': endpointWords,
  'This machine': machineWords,
  'The bundled node': nodeWords,
  'The consensus layer and the local network': networkWords,
  'The rotation': rotationWords,
  'Alerts and the monitor': alertWords,
} as const

const all: Readonly<Record<ErrorCode, ErrorWords>> = {
  ...settingsWords,
  ...transactionWords,
  ...refusalWords,
  ...keyWords,
  ...endpointWords,
  ...machineWords,
  ...nodeWords,
  ...networkWords,
  ...rotationWords,
  ...alertWords,
}

/** What an error means, and what to do about it. */
export function wordsOf(code: ErrorCode): {meaning: string; next: readonly string[]} {
  const [meaning, ...next] = all[code]
  return {meaning, next}
}
