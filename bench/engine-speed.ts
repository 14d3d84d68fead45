/**
 * Gas in a millisecond of the slowest code for the engine, by the processor time that it takes: every
 * precompile with the inputs that are the worst for their price, and the instructions. The least of these
 * figures is RPC_CALL_GAS_PER_MS. Run with: `node bench/engine-speed.ts [HARDFORK ...] [--cases 3] [--figures]`; the slowest
 * cases come first.
 */
import {readdirSync, readFileSync, rmSync} from 'node:fs'
import {mkdtemp} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {parseArgs} from 'node:util'

import {concatHex, numberToHex, type Hex} from 'viem'

import {engineFlags} from '../src/node/engine/anvil-flags.ts'
import {readGenesis} from '../src/node/engine/genesis.ts'
import {RPC_CALL_GAS_PER_MS} from '../src/node/rpc-limits.ts'
import {startAnvil} from '../src/process/anvil.ts'
import {modexpLoop, precompileLoop} from '../test/helpers/slow-code.ts'
import {conclude, type Figures} from './figures.ts'
import {benchGenesis} from './node-scene.ts'

const GAS = 500_000
const RUNS = 3
const SHOWN = 8

/** The least that code can do; figures are against it. */
const USUAL = 'JUMP'

const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {cases: {type: 'string'}, figures: {type: 'boolean', default: false}},
})

const word = (value: number) => numberToHex(value, {size: 32})
const filled = (bytes: number): Hex => `0x${'ff'.repeat(bytes)}`
/** x and y of the generator of G1 of BLS12-381, 64 bytes each. Source: EIP-2537. */
const G1: Hex = concatHex([
  '0x0000000000000000000000000000000017f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac58',
  '0x6c55e83ff97a1aeffb3af00adb22c6bb0000000000000000000000000000000008b3f481e3aaa0f1a09e30ed741d8ae4',
  '0xfcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1',
])

const cases: Record<string, Hex> = {
  ...Object.fromEntries(
    [2048, 1024, 512, 256, 4096, 8, 1, 16, 32, 64, 128].flatMap((bytes) =>
      (['0x03', filled(32), filled(64)] as const).map((exponent) => [
        `MODEXP of ${bytes} bytes, exponent of ${(exponent.length - 2) / 2}`,
        modexpLoop(bytes, exponent),
      ]),
    ),
  ),
  ECRECOVER: precompileLoop(1, concatHex([word(1), word(27), word(1), word(1)])),
  SHA256: precompileLoop(2, filled(1)),
  RIPEMD160: precompileLoop(3, filled(1)),
  IDENTITY: precompileLoop(4, filled(1)),
  BN_ADD: precompileLoop(6, concatHex([word(1), word(2), word(1), word(2)])),
  BN_MUL: precompileLoop(7, concatHex([word(1), word(2), filled(32)])),
  'BLAKE2F of 12 rounds': precompileLoop(9, concatHex(['0x0000000c', filled(208), '0x01'])),
  'BLAKE2F of 50,000': precompileLoop(9, concatHex(['0x0000c350', filled(208), '0x01'])),
  BLS_G1_ADD: precompileLoop(11, concatHex([G1, G1])),
  'BLS_G1_MSM of 1': precompileLoop(12, concatHex([G1, filled(32)])),
  BLS_MAP_TO_G1: precompileLoop(16, concatHex([word(0), word(5)])),
  BLS_MAP_TO_G2: precompileLoop(17, concatHex([word(0), word(5), word(0), word(5)])),
  [USUAL]: '0x5b600056',
  'EXP of 32 bytes':
    '0x5b7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff800a50600056',
  MULMOD: '0x5b5f195f1980830950600056',
  KECCAK256: '0x5b60205f2050600056',
  'KECCAK256 of 64 kB': '0x5b620100005f2050600056',
  'BALANCE of new addresses': '0x5b5a3150600056',
  'SLOAD of new slots': '0x5b5a5450600056',
  'SSTORE of new slots': '0x5b60015a55600056',
  'EXTCODECOPY of new addresses': '0x5b60205f5f5a3c600056',
  LOG0: '0x5b60205fa0600056',
  'LOG0 of 4 kB': '0x5b6110005fa0600056',
  'CREATE of nothing': '0x5b5f5f5ff050600056',
  'CREATE with 48 kB': '0x5b61c0005f5ff050600056',
  'CREATE2 with 48 kB': '0x5b5a61c0005f5ff550600056',
  'CALL of nothing': '0x5b5f5f5f5f5f60995af150600056',
  'CALL of itself in depth': '0x5b5f5f5f5f5f305af150600056',
}

const measured = Object.entries(cases).filter(
  ([name], index) => name === USUAL || index < Number(values.cases ?? Number.POSITIVE_INFINITY),
)

/** Gas in a millisecond of the slowest code and of the usual one. */
async function measure(hardfork: string): Promise<{slowest: number; usual: number}> {
  const genesis = await benchGenesis([])
  const dir = await mkdtemp(join(tmpdir(), 'metis-seq-bench-speed-'))
  const document = readGenesis(genesis.file)
  const args = engineFlags(document, hardfork)
  const engine = await startAnvil({name: 'bench', dir, chainId: document.chainId, args})
  const rpc = engine.connect({timeoutMs: 60_000})
  const speeds: {name: string; gasPerMs: number}[] = []
  try {
    for (const [name, data] of measured) {
      let leastMs = Number.POSITIVE_INFINITY
      for (let run = 0; run < RUNS; run++) {
        const before = processorMs(engine.pid)
        const call = {data, gas: numberToHex(GAS)}
        await rpc.request('eth_call', [call, 'latest']).catch(() => {})
        leastMs = Math.min(leastMs, processorMs(engine.pid) - before)
      }
      speeds.push({name, gasPerMs: Math.round(GAS / leastMs)})
    }
  } finally {
    rpc.close()
    await engine.stop()
    genesis[Symbol.dispose]()
    rmSync(dir, {recursive: true, force: true})
  }
  speeds.sort((a, b) => a.gasPerMs - b.gasPerMs)
  for (const {name, gasPerMs} of speeds.slice(0, SHOWN)) {
    process.stdout.write(`${hardfork} ${gasPerMs} gas/ms ${name}\n`)
  }
  const usual = speeds.find(({name}) => name === USUAL)!
  return {slowest: speeds[0]!.gasPerMs, usual: usual.gasPerMs}
}

/** All threads, in milliseconds. */
function processorMs(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  const times = threads.map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  )
  return times.reduce((sum, ns) => sum + ns, 0) / 1e6
}

let least = Number.POSITIVE_INFINITY
const figures: Figures = {}
for (const hardfork of positionals.length > 0 ? positionals : ['shanghai', 'prague']) {
  const {slowest, usual} = await measure(hardfork)
  least = Math.min(least, slowest)
  figures[`${hardfork}.usualToSlowest`] = usual / slowest
}
const isOk = least >= RPC_CALL_GAS_PER_MS
const verdict = isOk ? 'ok  ' : 'OVER'
process.stdout.write(`${verdict} slowest ${least} gas/ms, limits say ${RPC_CALL_GAS_PER_MS}\n`)
conclude(values.figures, figures, isOk)
