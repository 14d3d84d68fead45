import {globSync, readFileSync} from 'node:fs'
import {basename, dirname, join, resolve} from 'node:path'

import {toFunctionSelector} from 'viem'
import {expect, test} from 'vitest'

import {
  catalogue,
  findError,
  findPanic,
  findReason,
  selectorOf,
} from '../../src/chain/explain/catalogue.ts'

const root = join(import.meta.dirname, '../..')

interface Refused {
  file: string
  kind: 'text' | 'error'
  /** A text that the contract builds from pieces: its first one. */
  subject: string
}

const readCode = (path: string) =>
  readFileSync(path, 'utf8')
    .replaceAll(/\/\*[^]*?\*\//g, '')
    .replaceAll(/^\s*\/\/.*$/gm, '')

/** What stands between the parenthesis at an index and the one that closes it. */
function inParentheses(code: string, open: number): string {
  let depth = 0
  let quoted = false
  for (let at = open; at < code.length; at++) {
    const letter = code[at]
    if (letter === '"') quoted = !quoted
    else if (!quoted && letter === '(') depth++
    else if (!quoted && letter === ')' && --depth === 0) return code.slice(open + 1, at)
  }
  throw new Error('unbalanced')
}

/** Every refusal a Solidity file can make, and how many statements were looked at. */
function refusalsOf(path: string): {refusals: Refused[]; statements: number} {
  const code = readCode(path)
  const file = basename(path)
  const refusals: Refused[] = []
  let statements = 0
  for (const match of code.matchAll(/\b(require|revert)\s*\(/g)) {
    statements++
    const inner = inParentheses(code, match.index + match[0].length - 1)
    const texts = [...inner.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text!)
    const constant = /([A-Z_]{4,})\s*$/.exec(inner)?.[1]
    const named = constant && new RegExp(`${constant} = "([^"]+)"`).exec(code)?.[1]
    // Of pieces the first is the one that is always the same.
    const subject = /string\.concat|encodePacked/.test(inner) ? texts[0] : (named ?? texts.at(-1))
    if (subject !== undefined) refusals.push({file, kind: 'text', subject})
    // Some statements of the library give no reason, or that of a caller, and so do two of the real vaults.
    else if (
      !/errorMessage|returndata|add\(32|^msg.value == 0$|^price != 0$|^value \* 100 > value$/.test(
        inner,
      )
    )
      throw new Error(`${file}: ${inner}`)
  }
  for (const [, name] of code.matchAll(/^\s*error (\w+)\(/gm)) {
    statements++
    refusals.push({file, kind: 'error', subject: name!})
  }
  return {refusals, statements}
}

const explained = ({kind, subject}: Refused) =>
  (kind === 'text' ? findReason(subject) : findError(subject)).length > 0

const own = globSync('contracts/**/*.sol', {cwd: root}).map((name) => join(root, name))

test('every refusal in our Solidity files is in the catalogue', () => {
  const found = own.map(refusalsOf)
  const all = found.flatMap(({refusals}) => refusals)

  expect(own.length, 'files').toBeGreaterThanOrEqual(17)
  expect(
    found.reduce((sum, {statements}) => sum + statements, 0),
    'statements',
  ).toBeGreaterThanOrEqual(75)
  expect(all.filter((refused) => !explained(refused))).toEqual([])
})

test('every refusal of the library code that our contracts are built with is there too', () => {
  const libraries = new Set<string>()
  const add = (path: string) => {
    for (const [, specifier] of readCode(path).matchAll(/^import[^;"]*"([^"]+)"/gm)) {
      const target = specifier!.startsWith('.')
        ? resolve(dirname(path), specifier!)
        : join(root, 'node_modules', specifier!)
      if (!target.includes('@openzeppelin') || libraries.has(target)) continue
      libraries.add(target)
      add(target)
    }
  }
  for (const path of own) add(path)
  const proxy = '@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol'
  const proxyPath = join(root, 'node_modules', proxy)
  libraries.add(proxyPath)
  add(proxyPath)
  const all = [...libraries].flatMap((path) => [
    ...refusalsOf(path).refusals,
    // Reasons that one function of the library hands to another.
    ...[...readCode(path).matchAll(/"([A-Z]\w+: [^"]+)"/g)].map(
      ([, subject]): Refused => ({file: basename(path), kind: 'text', subject: subject!}),
    ),
  ])

  expect(libraries.size, 'files').toBeGreaterThan(20)
  expect(all.length, 'refusals').toBeGreaterThan(60)
  expect(all.filter((refused) => !explained(refused))).toEqual([])
})

test('every error of the published ABIs is there, with its selector', () => {
  interface Item {
    type: string
    name: string
    inputs: {type: string}[]
  }
  const files = globSync('contracts/abi/*.json', {cwd: root})
  const errors = files.flatMap((name) => {
    const document: unknown = JSON.parse(readFileSync(join(root, name), 'utf8'))
    return Array.isArray(document) ? (document as Item[]).filter(({type}) => type === 'error') : []
  })
  const wanted = errors.map(({name, inputs}) =>
    toFunctionSelector(`function ${name}(${inputs.map(({type}) => type).join(',')})`),
  )

  expect(files.length).toBeGreaterThanOrEqual(12)
  expect(errors.length).toBeGreaterThanOrEqual(9)
  const known = new Set(catalogue.filter(({kind}) => kind === 'error').map(selectorOf))
  expect(wanted.filter((selector) => !known.has(selector))).toEqual([])
})

test('every entry says what it means, and names only commands that exist', () => {
  const commands = globSync('src/commands/**/*.ts', {cwd: root}).map((name) =>
    name.replace(/^src\/commands\/(.*)\.ts$/, '$1').replaceAll('/', ' '),
  )
  const named = catalogue.flatMap(({hints, subject}) =>
    hints.flatMap((hint) =>
      [...hint.matchAll(/`metis-seq ([^`]+)`/g)].map(([, line]) => ({subject, line: line!})),
    ),
  )

  expect(catalogue.length).toBeGreaterThan(190)
  expect(named.length, 'commands in hints').toBeGreaterThan(60)
  expect(
    named.filter(({line}) => !commands.some((command) => `${line} `.startsWith(`${command} `))),
  ).toEqual([])
  for (const {subject, code, message, meaning} of catalogue) {
    expect({subject, code}).toEqual({subject, code: expect.stringMatching(/^[A-Z][A-Z0-9_]+$/)})
    expect(message, subject).toMatch(/^[^\n]+\.$/)
    expect(meaning, subject).toMatch(/^[^\n]+\.$/)
  }
})

test('what operators meet has causes; what they can mend has a next step', () => {
  const locking = catalogue.filter(({contracts}) => contracts.includes('LockingPool'))
  expect(locking.length).toBeGreaterThan(25)
  expect(locking.filter(({causes}) => causes.length === 0)).toEqual([])
})

test('one text, two meanings: the call decides, then the contract', () => {
  const at = (contract: string, functionName: string) =>
    findReason('invalid amount', {contract, functionName})[0]?.source

  expect(at('LockingPool', 'withdraw')).toContain('withdrawLocking')
  expect(at('LockingPool', 'lockWithRewardRecipient')).toContain('newSequencer')
  const low = 'ERC20: transfer amount exceeds balance'
  const payer = findReason(low, {contract: 'LockingPool', functionName: 'batchSubmitRewards'})[0]
  expect(payer?.message).toContain('reward payer')
  expect(findReason(low, {contract: 'LockingPool', functionName: 'relock'})[0]?.message).toContain(
    'sending account',
  )
})

test('a place narrows: meanings of other functions are left out, and kept where it can mean nothing', () => {
  const calls = (reason: string, place: object) => findReason(reason, place).map(({calls}) => calls)
  const payer = {contract: 'LockingPool', functionName: 'batchSubmitRewards'}
  for (const reason of [
    'ERC20: transfer amount exceeds allowance',
    'ERC20: transfer amount exceeds balance',
    'ERC20: insufficient allowance',
    'SafeERC20: low-level call failed',
  ]) {
    expect(calls(reason, payer), reason).toEqual([['LockingPool.batchSubmitRewards']])
    const lock = findReason(reason, {contract: 'LockingPool', functionName: 'relock'})
    expect(lock, reason).toHaveLength(1)
    expect(lock[0]!.check, reason).toBe('metis')
    expect(findReason(reason).length, reason).toBeGreaterThan(1)
  }
  const amounts = findReason('invalid amount', {contract: 'LockingPool', functionName: 'withdraw'})
  expect(amounts.map(({source}) => source)).toEqual([expect.stringContaining('withdrawLocking')])
  // It cannot come from there, and is explained all the same.
  expect(findReason('withdraw throttle', {contract: 'Nowhere', functionName: 'x'})).toHaveLength(1)
})

test.each([
  'ERC20: transfer amount exceeds allowance',
  'ERC20: burn amount exceeds allowance',
  'SafeMath: subtraction overflow',
  'SafeMath: addition overflow',
  'SafeERC20: low-level call failed',
  'SafeERC20: call to non-contract',
  'MinterRole: caller does not have the Minter role',
  'Account not EOA',
  'Contract has already been initialized.',
  'TransferHelper::safeTransferETH: ETH transfer failed',
  'OVM_XCHAIN: messenger contract unauthenticated',
  'OVM_XCHAIN: wrong sender of cross-domain message',
  'sender is not whitelisted',
  'sequencer address not available: 1088_MVM_Sequencer',
  'only the cross domain messenger can enqueue',
  'Transaction gas limit too low to enqueue.',
  'Transaction data size exceeds maximum for rollup transaction.',
  'Transaction gas limit exceeds maximum for rollup transaction.',
  'Insufficient gas for L2 rate limiting burn.',
  'Provided message could not be verified.',
  'Provided message has already been received.',
  'Provided message has not been enqueued.',
])('words of the real token and bridge are known: %s', (reason) => {
  expect(findReason(reason)).not.toEqual([])
})

test('a panic is told for the call it belongs to, and in general elsewhere', () => {
  const codeAt = (functionName: string) =>
    findPanic(17n, {contract: 'LockingPool', functionName})[0]?.code

  expect([codeAt('withdraw'), codeAt('relock')]).toEqual(['AMOUNT_OUT_OF_RANGE', 'CONTRACT_PANIC'])
  expect(findPanic(1n)).toHaveLength(1)
  expect(findPanic(99n)).toEqual([])
})

test('the selectors are those that clients of the real contract use', () => {
  const selectors = Object.fromEntries(
    catalogue
      .filter(({kind, contracts}) => kind === 'error' && contracts[0] === 'LockingPool')
      .map((entry) => [entry.subject, selectorOf(entry)]),
  )
  expect(selectors).toEqual({
    'NoRewardRecipient()': '0xc4fc1dcc',
    'NoSuchSeq()': '0x2f0edabe',
    'NotSeqOwner()': '0xa91da8ff',
    'NotSeqSigner()': '0x6b95264b',
    'NotWhitelisted()': '0x584a7938',
    'NullAddress()': '0xe99d5ac5',
    'OwnedSequencer()': '0x4e1fb3bc',
    'SeqNotActive()': '0xc4946571',
    'SignerExisted()': '0xb5013d2b',
  })
})
