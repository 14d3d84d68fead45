/** A name in the environment holds for every command that follows: it agrees to nothing. */
import {existsSync, writeFileSync} from 'node:fs'

import {encodeFunctionData, erc20Abi} from 'viem'
import {afterAll, beforeAll, expect, test, vi} from 'vitest'

import {builtInNetworks} from '../../src/protocol/built-in-networks.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeOperator} from '../helpers/operator.ts'
import {runHere} from '../helpers/run-here.ts'
import type {TempHome} from '../helpers/temp-home.ts'

const network = {...builtInNetworks[0]!, name: 'test'}
let temp: TempHome
let file: string

beforeAll(async () => {
  temp = await makeOperator(network, {owner: 'owner', signer: 'signer'})
  file = temp.path('unsigned.json')
  const {lockingInfo, metis} = network.l1.contracts
  const data = encodeFunctionData({abi: erc20Abi, functionName: 'approve', args: [lockingInfo, 1n]})
  const fees = {maxFeePerGas: '0x1', maxPriorityFeePerGas: '0x1'}
  const call = {to: metis, data, value: '0x0', gas: '0x10000', nonce: 0, ...fees}
  const whole = {chainId: 1, from: accountOf('owner').address, transactions: [call]}
  writeFileSync(file, JSON.stringify(whole))
})
afterAll(() => temp[Symbol.dispose]())

/** Runs a command with everything in the environment that would agree to something. */
async function codeWith(env: Record<string, string>, ...words: string[]): Promise<string> {
  const all = {
    METIS_SEQ_YES: 'true',
    METIS_SEQ_FORCE: 'true',
    METIS_SEQ_REPLACE: 'true',
    METIS_SEQ_OVERRIDE: 'no-backup,key-in-use,unlimited-approval',
    METIS_SEQ_CONFIRM: 'signer',
    METIS_SEQ_REVEAL: 'true',
    ...env,
  }
  for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value)
  try {
    const {error} = await runHere(words, temp.root)
    return error?.code ?? 'done'
  } finally {
    vi.unstubAllEnvs()
  }
}

test('yes from the environment counts with a second word that says nobody is there', async () => {
  const output = temp.path('signed')
  const sign = ['tx', 'sign', file, '--output', output]
  expect(await codeWith({}, ...sign)).toBe('CONFIRMATION_NEEDED')
  expect(existsSync(output)).toBe(false)
  expect(await codeWith({METIS_SEQ_ALLOW_UNATTENDED: '0'}, ...sign)).toBe('CONFIRMATION_NEEDED')
  expect(await codeWith({METIS_SEQ_ALLOW_UNATTENDED: '1'}, ...sign)).toBe('done')
  // And even then no file is overwritten.
  expect(await codeWith({METIS_SEQ_ALLOW_UNATTENDED: '1'}, ...sign)).toBe('FILE_EXISTS')
  expect(await codeWith({METIS_SEQ_ALLOW_UNATTENDED: '1'}, ...sign, '--force')).toBe('done')
})

test('what cannot be undone wants the name, typed', async () => {
  const remove = ['key', 'delete', 'signer']
  const unattended = {METIS_SEQ_ALLOW_UNATTENDED: '1'}
  expect(await codeWith(unattended, ...remove)).toBe('TRAP')
  const overridden = [...remove, '--override', 'no-backup', '--override', 'key-in-use']
  expect(await codeWith(unattended, ...overridden)).toBe('CONFIRMATION_NEEDED')
  expect(await codeWith(unattended, ...overridden, '--confirm', 'owner')).toBe('DECLINED')
  expect(existsSync(temp.path('keys', 'signer.json'))).toBe(true)
  expect(await codeWith(unattended, ...overridden, '--confirm', 'signer')).toBe('done')
  expect(existsSync(temp.path('keys', 'signer.json'))).toBe(false)
})
