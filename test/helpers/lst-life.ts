/** A network with liquid staking whose providers have sequencers, its user and the provider's office. */
import {mkdirSync, writeFileSync} from 'node:fs'
import {dirname} from 'node:path'

import {
  decodeFunctionResult,
  encodeFunctionData,
  numberToHex,
  sliceHex,
  type Abi,
  type Address,
  type Hex,
} from 'viem'
import {expect} from 'vitest'

import {lockPartsOf} from '../../src/local/lst/providers.ts'
import {localPaths} from '../../src/local/settings.ts'
import type {LstId} from '../../src/protocol/lst/providers.ts'
import {importKey} from '../../src/services/keys/keys.ts'
import {readNetwork} from '../../src/store/networks.ts'
import {startBroadcastProxy} from './broadcast-proxy.ts'
import {forgetJournal} from './journal.ts'
import {accountOf, METIS} from './l2-chain.ts'
import {keyAccessOf, makeOperator, PASSWORD} from './operator.ts'
import {relayDeposits} from './relay-deposits.ts'
import {runCli, startCli, type Document, type RunningCli} from './run-cli.ts'
import {sendMined} from './send-mined.ts'
import type {TempHome} from './temp-home.ts'
import {governance, startTestChain, type TestChain} from './test-chain.ts'

export const LOCK = 20_000n * METIS
export const owner = accountOf('owner').address
/** Gets the roles of the providers, and runs their sequencers. */
export const office = accountOf('office').address
/** Of the sequencer of a provider. */
export const signerOf = (id: LstId) => accountOf(`${id} signs`)

/** The first account of the phrase that the test chain is governed with. */
const GOVERNANCE_KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'

export interface LstLife extends AsyncDisposable {
  chain: TestChain
  temp: TempHome
  /** Of the office. */
  backend: TempHome
  /** The data of a command that succeeds. */
  ask(line: string, home?: TempHome): Promise<Record<string, unknown>>
  /** The error of a command that is refused. */
  refusal(line: string, home?: TempHome): Promise<NonNullable<Document['error']>>
  /** Calls by governance, or by another whose key the chain plays. */
  act(to: Address, abi: Abi, fn: string, args: unknown[]): Promise<void>
  actOnL2(to: Address, abi: Abi, fn: string, args: unknown[], from?: Address): Promise<void>
  read(layer: 'l1' | 'l2', to: Address, abi: Abi, fn: string, args?: unknown[]): Promise<unknown>
  /** METIS on L2. */
  balance(account: Address): Promise<bigint>
  setBalance(account: Address, wei: bigint): Promise<unknown>
  /** L2 is that much later. */
  later(seconds: number): Promise<void>
  /** What nodes do: deposits arrive, and with `messages` what rides on them is carried out. */
  relay(carried?: 'messages' | 'deposits'): Promise<void>
  blockersOf(id: LstId): Promise<string[]>
  /** Both chains, and what homes remember of them, as at the last `keep`. */
  reset(): Promise<void>
  keep(): Promise<void>
}

/** @param ids whose sequencers are locked */
export async function startLstLife(ids: readonly LstId[], isLocal = false): Promise<LstLife> {
  const faucet = accountOf('faucet')
  const chain = await startTestChain({l2Rich: [owner, office, faucet.address], with: ['lst']})
  const parts = lockPartsOf(chain.at.lst!)
  await chain.fund(office)
  for (const id of ids) {
    const {holder, lock} = parts[id]
    await chain.fund(holder, {eth: '0', metis: `${LOCK / METIS}`, whitelist: false})
    const {address: signer, publicKey} = signerOf(id)
    const sequencer = {signer, publicKey: sliceHex(publicKey, 1), amountWei: LOCK, operator: office}
    for (const {to, data = '0x', valueWei = 0n} of lock(sequencer)) {
      const call = {from: governance.address, to, data, value: numberToHex(valueWei)}
      const request = (method: string, params: unknown[]) => chain.l1.request(method, params)
      await sendMined(request, {...call, gas: '0x4c4b40'})
    }
  }
  const lstRegistry = Object.fromEntries(
    Object.entries(parts).map(([id, {owner: l1Owner, holder, others = []}]) => [
      id,
      {
        status: 'chosen' as const,
        vote: null,
        l1Owners: [l1Owner],
        // Registered twice, in another spelling: it backs once.
        l1Holders: [holder, holder, ...others, l1Owner.toLowerCase() as Address],
      },
    ]),
  )
  const kind = isLocal ? ({name: 'local', kind: 'local'} as const) : {}
  const network = {...chain.network, ...kind, lstRegistry}
  const temp = await makeOperator(network, {owner: 'owner', signer: 'signer'})
  const backend = await makeOperator(network, {owner: 'office', signer: 'office signs'})
  if (isLocal) {
    await chain.fund(faucet.address, {metis: '100000', whitelist: false})
    await addOwnKeys(backend, faucet.privateKey)
  }
  const memory = {fromBlock: 0n}
  const kept = {...memory}
  return {
    ...{chain, temp, backend},
    ...linesOf(temp),
    ...actionsOf(chain),
    relay: (carried = 'messages') => relayDeposits(chain, memory, carried === 'messages'),
    async keep() {
      kept.fromBlock = memory.fromBlock
      await chain.keep()
    },
    async reset() {
      memory.fromBlock = kept.fromBlock
      await chain.reset()
      for (const home of [temp, backend]) forgetJournal(home)
    },
    async [Symbol.asyncDispose]() {
      for (const home of [temp, backend]) home[Symbol.dispose]()
      await chain[Symbol.asyncDispose]()
    },
  }
}

/** The keys that a local network has of its own. */
async function addOwnKeys(home: TempHome, faucetKey: Hex): Promise<void> {
  const access = keyAccessOf(home)
  const {passwordFile} = localPaths(home.home)
  mkdirSync(dirname(passwordFile), {recursive: true})
  writeFileSync(passwordFile, `${PASSWORD}\n`, {mode: 0o600})
  for (const [name, key] of [
    ['local-faucet', faucetKey],
    ['local-governance', GOVERNANCE_KEY],
  ] as const) {
    await importKey(key, {name, backend: 'file', rememberPasswordFile: true}, access)
  }
}

function linesOf(temp: TempHome): Pick<LstLife, 'ask' | 'refusal' | 'blockersOf'> {
  const run = async (line: string, home: TempHome) => {
    const {json, stderr} = await runCli([...line.split(' '), '--json'], {home: home.root})
    return {document: json as Document, stderr}
  }
  const ask: LstLife['ask'] = async (line, home = temp) => {
    const {document, stderr} = await run(line, home)
    expect(document.error, `${line}: ${stderr}`).toBeNull()
    return document.data
  }
  return {
    ask,
    async refusal(line, home = temp) {
      const {error} = (await run(line, home)).document
      expect(error, `${line} is refused`).not.toBeNull()
      return error!
    },
    async blockersOf(id) {
      const {requests} = await ask(`lst requests ${id}`)
      const [of] = requests as {requests: {blockedBy: string[]}[]}[]
      return of!.requests[0]!.blockedBy
    },
  }
}

type Actions = 'act' | 'actOnL2' | 'read' | 'balance' | 'setBalance' | 'later'

function actionsOf(chain: TestChain): Pick<LstLife, Actions> {
  const {l2} = chain
  return {
    act: (to, abi, fn, args) => chain.act(governance.address, to, abi, fn, args),
    async actOnL2(to, abi, functionName, args, from = governance.address) {
      const data = encodeFunctionData({abi, functionName, args})
      const call = {from, to, data, gas: '0x4c4b40', gasPrice: '0x0'}
      await sendMined((method, params) => l2.request(method, params), call)
    },
    async read(layer, to, abi, functionName, args = []) {
      const data = encodeFunctionData({abi, functionName, args})
      const answer = (await chain[layer].request('eth_call', [{to, data}, 'latest'])) as Hex
      return decodeFunctionResult({abi, functionName, data: answer})
    },
    balance: async (account) =>
      BigInt(String(await l2.request('eth_getBalance', [account, 'latest']))),
    setBalance: (account, value) => l2.request('anvil_setBalance', [account, numberToHex(value)]),
    async later(seconds) {
      await l2.request('evm_increaseTime', [seconds])
      await l2.request('evm_mine')
    },
  }
}

export const wei = (value: unknown): bigint => BigInt(String(value))

/** Fees of the transactions of a document. */
export function feesOf({transactions}: Record<string, unknown>): bigint {
  return (transactions as {feeWei: string}[]).reduce((sum, {feeWei}) => sum + wei(feeWei), 0n)
}

export interface Position {
  heldWei: string
  owedMetisWei: string
  claimableMetisWei: string
  openRequests: string
  holdings: {token: string; state: string; wei: string}[]
}

export async function positionOf(
  {ask}: Pick<LstLife, 'ask'>,
  id: LstId,
  home?: TempHome,
): Promise<Position> {
  const {positions} = await ask(`lst position ${id}`, home)
  return (positions as Position[])[0]!
}

/** Of the position: tokens in a state. */
export function holding({holdings}: Position, token: string, state: string): bigint {
  return wei(holdings.find((each) => each.token === token && each.state === state)?.wei ?? 0n)
}

/**
 * Runs a command of the owner that dies when its first transaction is out.
 *
 * @returns the home that remembers it, with the endpoint that it goes on with
 */
export async function diesAfterFirst(
  {chain, temp}: LstLife,
  line: string,
): Promise<{home: TempHome} & AsyncDisposable> {
  const proxy = await startBroadcastProxy(chain.l2)
  const network = readNetwork(temp.home, chain.network.name)
  const home = await makeOperator(network, {
    ...{owner: 'owner', signer: 'signer', endpoints: {l2: proxy.url}},
  })
  let cli: RunningCli | undefined
  proxy.onBroadcast((_count, moment) => {
    if (moment === 'before') return 'go on'
    cli?.child.kill('SIGKILL')
    return 'silence'
  })
  cli = startCli([...line.split(' '), '--yes'], {home: home.root})
  expect((await cli.result).exitCode, `${line} dies`).toBeNull()
  proxy.reset()
  return {
    home,
    async [Symbol.asyncDispose]() {
      home[Symbol.dispose]()
      await proxy[Symbol.asyncDispose]()
    },
  }
}
