/**
 * Balances that stop a network when they run out, checked periodically. In: accounts. Out: gauges.
 */
import type {Address} from 'viem'

import type {Clock} from '../lib/clock.ts'
import {errorFacts, type Logger} from '../lib/log.ts'
import {WALLET_LOW_L1_WEI, WALLET_LOW_L2_WEI, WALLET_POLL_MS} from './limits.ts'

export interface Wallet {
  /** `signer`, `mpc`, `relayer`, `batcher`. */
  alias: string
  chain: 'l1' | 'l2'
  address: Address
}

export interface WalletState extends Wallet {
  balanceWei: bigint
  nonce: number
}

export interface WalletWatchOptions {
  /** Evaluated each time: the MPC account is read from the chain. */
  wallets(): Wallet[]
  /** @param method reads the current state of one account */
  read(chain: 'l1' | 'l2', method: string, account: Address): Promise<unknown>
  clock: Clock
  logger: Logger
}

export class WalletWatch {
  readonly #options: WalletWatchOptions
  readonly #abort = new AbortController()
  #states: WalletState[] = []
  #running: Promise<void> = Promise.resolve()

  constructor(options: WalletWatchOptions) {
    this.#options = options
  }

  /** Last known values; if a chain does not respond, its wallets stay unchanged. */
  get states(): readonly WalletState[] {
    return this.#states
  }

  start(): void {
    this.#running = this.#loop()
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error('The node is stopping.'))
    await this.#running
  }

  async #loop(): Promise<void> {
    const {clock} = this.#options
    while (!this.#abort.signal.aborted) {
      await this.#look()
      await clock.sleep(WALLET_POLL_MS, this.#abort.signal).catch(() => {})
    }
  }

  async #look(): Promise<void> {
    const {wallets, read, logger} = this.#options
    const states = await Promise.all(
      wallets().map(async (wallet): Promise<WalletState | undefined> => {
        const {chain, address} = wallet
        try {
          const [balance, nonce] = await Promise.all([
            read(chain, 'eth_getBalance', address),
            read(chain, 'eth_getTransactionCount', address),
          ])
          return {...wallet, balanceWei: BigInt(String(balance)), nonce: Number(nonce)}
        } catch (error) {
          logger.debug('wallet unreadable', {alias: wallet.alias, ...errorFacts(error)})
          return this.#states.find(({alias}) => alias === wallet.alias)
        }
      }),
    )
    this.#states = states.filter((state) => state !== undefined)
  }
}

/** Below this it should be topped up. A signer seals blocks and pays for nothing. */
export function lowWeiOf({alias, chain}: Wallet): bigint {
  if (alias === 'signer') return 0n
  return chain === 'l1' ? WALLET_LOW_L1_WEI : WALLET_LOW_L2_WEI
}
