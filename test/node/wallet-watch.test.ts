import {expect, test} from 'vitest'

import {systemClock} from '../../src/lib/clock.ts'
import {silentLogger} from '../../src/lib/log.ts'
import {WalletWatch, type Wallet} from '../../src/node/wallets.ts'

const mpc: Wallet = {
  alias: 'mpc',
  chain: 'l2',
  address: '0x00000000000000000000000000000000000000a1',
}
const batcher: Wallet = {...mpc, alias: 'batcher', chain: 'l1'}

test('a chain that does not respond leaves its own wallets as they were, and the others are read', async () => {
  let isL1Up = true
  const watch = new WalletWatch({
    wallets: () => [mpc, batcher],
    async read(chain, method) {
      if (chain === 'l1' && !isL1Up) throw new Error('away')
      return method === 'eth_getBalance' ? '0x10' : '0x1'
    },
    clock: {...systemClock, sleep: (_ms, signal) => systemClock.sleep(5, signal)},
    logger: silentLogger,
  })
  watch.start()
  await expect.poll(() => watch.states.length).toBe(2)
  isL1Up = false
  const before = watch.states
  await expect.poll(() => watch.states !== before).toBe(true)
  expect(watch.states.map(({alias, balanceWei}) => [alias, balanceWei])).toEqual([
    ['mpc', 16n],
    ['batcher', 16n],
  ])
  await watch.stop()
})
