import {setTimeout as sleep} from 'node:timers/promises'

import {
  type Abi,
  type Address,
  BaseError,
  type Client,
  ContractFunctionRevertedError,
  type Hash,
  type Hex,
  type Log,
  createClient,
  encodeFunctionData,
  http,
  numberToHex,
  parseEventLogs,
  toHex,
} from 'viem'
import {getBalance, getTransactionReceipt, readContract, simulateContract} from 'viem/actions'

export interface Call {
  from: Address
  to: Address
  abi: Abi
  fn: string
  args?: readonly unknown[]
  value?: bigint
}

/** A test chain on which anybody can be the sender: it has to run with --auto-impersonate. */
export interface Chain {
  client: Client
  request(method: string, ...params: unknown[]): Promise<unknown>
  /** 'ok', the name of the custom error, the revert string, or 'Panic 17'. Changes nothing. */
  attempt(call: Call): Promise<string>
  /** The call is mined and succeeded. */
  send(call: Call): Promise<{logs: Log[]; gasUsed: bigint; gasPrice: bigint}>
  read(to: Address, abi: Abi, fn: string, args?: readonly unknown[]): Promise<unknown>
  balance(address: Address): Promise<bigint>
  fund(address: Address, wei: bigint): Promise<void>
  warp(seconds: number): Promise<void>
}

/** All calls carry this much gas, so that none depends on an estimate. */
const gas = 5_000_000n

export function connect(rpcUrl: string): Chain {
  const client = createClient({transport: http(rpcUrl)})
  const request: Chain['request'] = (method, ...params) => client.request({method, params} as never)
  return {
    client,
    request,
    attempt: (call) => attempt(client, call),
    send: (call) => send(client, request, call),
    read: (address, abi, functionName, args = []) =>
      readContract(client, {address, abi, functionName, args}),
    balance: (address) => getBalance(client, {address}),
    fund: async (address, wei) => {
      await request('anvil_setBalance', address, numberToHex(wei))
    },
    warp: async (seconds) => {
      await request('evm_increaseTime', seconds)
      await request('evm_mine')
    },
  }
}

async function attempt(client: Client, {from, to, abi, fn, args = [], value}: Call) {
  try {
    await simulateContract(client, {
      account: from,
      address: to,
      abi,
      functionName: fn,
      args,
      gas,
      ...(value === undefined ? {} : {value}),
    } as never)
    return 'ok'
  } catch (error) {
    return revertOf(error)
  }
}

function revertOf(error: unknown): string {
  const cause =
    error instanceof BaseError
      ? error.walk((each) => each instanceof ContractFunctionRevertedError)
      : undefined
  if (!(cause instanceof ContractFunctionRevertedError)) throw error
  const {data, reason, signature} = cause
  if (data?.errorName === 'Panic') return `Panic ${String(data.args?.[0])}`
  if (data && data.errorName !== 'Error') return data.errorName
  return reason ?? `unknown error ${signature}`
}

async function send(
  client: Client,
  request: Chain['request'],
  {from, to, abi, fn, args = [], value = 0n}: Call,
) {
  const data = encodeFunctionData({abi, functionName: fn, args})
  const transaction = {from, to, data, value: toHex(value), gas: toHex(gas)}
  const hash = (await request('eth_sendTransaction', transaction)) as Hash
  const receipt = await waitReceipt(client, hash)
  if (receipt.status !== 'success') {
    throw new Error(`${fn}: ${await attempt(client, {from, to, abi, fn, args, value})}`)
  }
  return {logs: receipt.logs, gasUsed: receipt.gasUsed, gasPrice: receipt.effectiveGasPrice}
}

async function waitReceipt(client: Client, hash: Hash) {
  for (;;) {
    const receipt = await getTransactionReceipt(client, {hash}).catch(() => undefined)
    if (receipt) return receipt
    await sleep(5)
  }
}

/** Names and arguments of the logs that `abi` knows, in order. */
export function eventsOf(abi: Abi, logs: Log[]): {name: string; args: unknown}[] {
  return parseEventLogs({abi, logs}).map(({eventName, args}) => ({name: eventName, args}))
}

interface Receipt {
  status: Hex
  logs: {address: Hex}[]
}

/** A chain that mines at once still needs a moment. */
export async function receiptOf(chain: Chain, hash: Hex): Promise<Receipt> {
  for (;;) {
    const receipt = await chain.request('eth_getTransactionReceipt', hash)
    if (receipt !== null) return receipt as Receipt
  }
}
