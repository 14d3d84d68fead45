import {setTimeout as sleep} from 'node:timers/promises'

import {
  type Address,
  type Client,
  type Hash,
  type Hex,
  type LocalAccount,
  createClient,
  http,
} from 'viem'
import {
  getBalance,
  getBlock,
  getChainId,
  getCode,
  getTransactionCount,
  sendRawTransaction,
} from 'viem/actions'

import {type L1Addresses, type L1Options, type L1Step, planL1} from './l1-plan.ts'

export interface DeployL1Options extends L1Options {
  rpcUrl: string
  /** Called once for each mined transaction; `index` counts from 1. */
  onStep?(step: {index: number; total: number; name: string}): void
}

export interface L1Deployment extends L1Addresses {
  chainId: number
  /** The block with the first transaction of the deployment; logs start here. */
  deploymentBlock: bigint
}

interface MinedStep {
  status: Hex
  blockNumber: Hex
}

const pollMs = 50
const minedTimeoutMs = 120_000
const tipWei = 1_000_000_000n

/**
 * Deploys the staking contracts of Metis on L1, initialized and ready for the first whitelisting.
 *
 * - Signed by: governance, and the reward payer for its allowance.   Chain: L1.   Value: none.
 * - Source: metis-sequencer-contract, deployment order and initializers.
 *
 * @returns once every transaction has been mined successfully
 * @throws  Error when governance has sent transactions before (nothing is sent then), when an
 * account cannot pay for the gas (nothing is sent), or when a transaction reverts (those before it
 * stay)
 */
export async function deployL1(options: DeployL1Options): Promise<L1Deployment> {
  const client = createClient({transport: http(options.rpcUrl)})
  const {steps, addresses} = planL1(options)
  await assertFresh(client, options.governance.address, addresses)
  const hashes = await sendAll(client, steps)

  let deploymentBlock: bigint | undefined
  for (const [index, {name}] of steps.entries()) {
    const mined = await waitMined(client, hashes[index]!, name)
    if (mined.status !== '0x1') throw new Error(`The L1 transaction "${name}" reverted.`)
    deploymentBlock ??= BigInt(mined.blockNumber)
    options.onStep?.({index: index + 1, total: steps.length, name})
  }
  return {chainId: await getChainId(client), deploymentBlock: deploymentBlock ?? 0n, ...addresses}
}

/** Addresses derive from nonces, so only an unused account yields the planned ones. */
async function assertFresh(client: Client, governance: Address, planned: L1Addresses) {
  const nonce = await getTransactionCount(client, {address: governance})
  if (nonce === 0) return
  const {implementations, lst, ...proxies} = planned
  const named = [
    ...Object.entries(proxies),
    ...Object.entries(implementations).map(([name, at]) => [`${name} implementation`, at] as const),
    ...(lst ? Object.values(lst) : []).flatMap((parts) => Object.entries<Address>({...parts})),
  ]
  const found: string[] = []
  for (const [name, address] of named) {
    if (await getCode(client, {address})) found.push(`${name} at ${address}`)
  }
  const what = found.length > 0 ? `found ${found.join(', ')}` : 'found none of the contracts'
  throw new Error(
    `The governance account ${governance} has already sent ${nonce} transactions on this L1 (${what}).`,
  )
}

/** There is no wait between transactions, so the whole deployment fits into a few blocks. */
async function sendAll(client: Client, steps: readonly L1Step[]): Promise<Hash[]> {
  const [chainId, block] = await Promise.all([getChainId(client), getBlock(client)])
  // Four times: full blocks raise the base fee by an eighth each while ours wait.
  const maxFeePerGas = (block.baseFeePerGas ?? 0n) * 4n + tipWei
  const nonces = await openAccounts(client, steps, maxFeePerGas)

  const hashes: Hash[] = []
  for (const {account, to, data, gas} of steps) {
    const nonce = nonces.get(account.address)!
    nonces.set(account.address, nonce + 1)
    const serializedTransaction = await account.signTransaction({
      type: 'eip1559',
      chainId,
      nonce,
      ...(to ? {to} : {}),
      data,
      gas,
      maxFeePerGas,
      maxPriorityFeePerGas: tipWei,
    })
    hashes.push(await sendRawTransaction(client, {serializedTransaction}))
  }
  return hashes
}

/** The next nonce of each signing account, after checking that it can pay for its steps. */
async function openAccounts(client: Client, steps: readonly L1Step[], maxFeePerGas: bigint) {
  const accounts = new Map<Address, LocalAccount>(
    steps.map(({account}) => [account.address, account]),
  )
  const nonces = new Map<Address, number>()
  for (const address of accounts.keys()) {
    const gas = steps
      .filter((step) => step.account.address === address)
      .reduce((sum, step) => sum + step.gas, 0n)
    const balance = await getBalance(client, {address})
    if (balance < gas * maxFeePerGas) {
      throw new Error(
        `${address} has ${balance} wei on L1 but may need ${gas * maxFeePerGas} wei to deploy.`,
      )
    }
    nonces.set(address, await getTransactionCount(client, {address}))
  }
  return nonces
}

async function waitMined(client: Client, hash: Hash, name: string): Promise<MinedStep> {
  const deadline = performance.now() + minedTimeoutMs
  while (performance.now() < deadline) {
    const receipt = (await client.request({
      method: 'eth_getTransactionReceipt',
      params: [hash],
    } as never)) as MinedStep | null
    if (receipt) return receipt
    await sleep(pollMs)
  }
  throw new Error(`The L1 transaction "${name}" was not mined within ${minedTimeoutMs / 1000} s.`)
}
