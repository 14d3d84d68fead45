/** Actions of the tests on the L2 beside the commands: as others, and as governance. */
import {
  decodeFunctionResult,
  encodeFunctionData,
  numberToHex,
  type Abi,
  type Address,
  type Hex,
} from 'viem'

import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {marketFeedAbi} from '../../src/chain/abis/market-feed.ts'
import {localFeeds} from '../../src/local/defi/tokens.ts'
import {expect} from 'vitest'
import {runCli, type CliResult, type Document} from './run-cli.ts'
import type {TempHome} from './temp-home.ts'
import {governance, type TestChain} from './test-chain.ts'

export interface MarketScene {
  run(line: string): Promise<CliResult>
  /** The document of a command, which says nothing else. */
  ask(line: string): Promise<Document>
  /** A transaction of anyone, mined with success. The chain plays the key. */
  act(
    from: Address,
    to: Address,
    abi: Abi,
    fn: string,
    args: readonly unknown[],
    valueWei?: bigint,
  ): Promise<void>
  read(to: Address, abi: Abi, fn: string, args?: readonly unknown[]): Promise<unknown>
  held(token: Address, account: Address): Promise<bigint>
  /** Moves a feed, in dollars with eight decimals. */
  price(feed: keyof typeof localFeeds, value: bigint): Promise<void>
}

export function marketScene(chain: TestChain, temp: TempHome): MarketScene {
  const run = (line: string) => runCli(line.split(' '), {home: temp.root})
  const read: MarketScene['read'] = async (to, abi, functionName, args = []) => {
    const data = encodeFunctionData({abi, functionName, args: [...args]})
    const answer = (await chain.l2.request('eth_call', [{to, data}, 'latest'])) as Hex
    return decodeFunctionResult({abi, functionName, data: answer})
  }
  const act: MarketScene['act'] = async (from, to, abi, fn, args, valueWei = 0n) => {
    const data = encodeFunctionData({abi, functionName: fn, args: [...args]})
    const call = {from, to, data, value: numberToHex(valueWei), gas: '0x4c4b40', gasPrice: '0x0'}
    const hash = await chain.l2.request('eth_sendTransaction', [call])
    for (;;) {
      const receipt = await chain.l2.request('eth_getTransactionReceipt', [hash])
      if (receipt === null) continue
      if ((receipt as {status: string}).status === '0x1') return
      await chain.l2.request('eth_call', [call, 'latest'])
      throw new Error(`${fn} reverted.`)
    }
  }
  return {
    run,
    async ask(line) {
      const {json, stderr} = await run(`${line} --json`)
      expect(stderr, line).toBe('')
      if (!json) throw new Error(`${line} gave no document.`)
      return json
    },
    act,
    read,
    held: (token, account) => read(token, erc20Abi, 'balanceOf', [account]) as Promise<bigint>,
    price: (feed, value) =>
      act(governance.address, localFeeds[feed], marketFeedAbi, 'setAnswer', [value]),
  }
}
