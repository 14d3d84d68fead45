import {
  type Address,
  concatHex,
  encodeAbiParameters,
  encodeFunctionData,
  encodePacked,
  getContractAddress,
  keccak256,
  parseAbiParameters,
  parseEther,
  parseUnits,
} from 'viem'

import {erc20Abi} from '../../../../chain/abis/erc20.ts'
import {netswapRouterAbi} from '../../../../chain/abis/netswap-router.ts'
import type {NetswapContracts} from '../../../../protocol/defi/pools/netswap/about.ts'
import {netswapFactoryBytecode} from '../../../artifacts/netswap-factory.ts'
import {netswapPairBytecode} from '../../../artifacts/netswap-pair.ts'
import {netswapRouterBytecode} from '../../../artifacts/netswap-router.ts'
import type {LocalLstToken} from '../../../lst/providers.ts'
import {l2Metis, type GenesisParts, type SeedCall} from '../../../placement.ts'
import {firstMetisPrice, issue, localTokens} from '../../tokens.ts'

/** Our choice; the document of a local network contains them. */
export const localNetswap: NetswapContracts = {
  factory: '0x4200000000000000000000000000000000003101',
  router: '0x4200000000000000000000000000000000003102',
}

/** The first liquidity: an LST at a small discount, and METIS at the price of its feed. */
const LST_WEI = parseEther('10000')
const METIS_FOR_LST_WEI = parseEther('9950')
const METIS_FOR_USDC_WEI = parseEther('10000')
const USDC_UNITS = parseUnits('10000', 6) * firstMetisPrice

export interface NetswapOptions {
  governanceAddress: Address
  /** The token of a liquid-staking provider, and the call that gives governance `LST_WEI` of it. */
  lst: LocalLstToken
}

export function planNetswap({governanceAddress, lst}: NetswapOptions): GenesisParts {
  const {factory, router} = localNetswap
  const factoryArgs = encodeAbiParameters(parseAbiParameters('address'), [governanceAddress])
  const routerArgs = encodeAbiParameters(parseAbiParameters('address, address, bytes32'), [
    factory,
    l2Metis,
    keccak256(netswapPairBytecode),
  ])
  const usdc = localTokens['m.USDC']
  return {
    placements: [
      {
        name: 'Netswap factory',
        at: factory,
        creationCode: concatHex([netswapFactoryBytecode, factoryArgs]),
      },
      {
        name: 'Netswap router',
        at: router,
        creationCode: concatHex([netswapRouterBytecode, routerArgs]),
      },
    ],
    seeds: [
      lst.buy(LST_WEI),
      ...fillPool(governanceAddress, lst.token, LST_WEI, METIS_FOR_LST_WEI),
      issue(governanceAddress, 'm.USDC', USDC_UNITS, governanceAddress),
      ...fillPool(governanceAddress, usdc, USDC_UNITS, METIS_FOR_USDC_WEI),
    ],
  }
}

/** The pool of two tokens: its address follows from them. */
function localPair(tokenA: Address, tokenB: Address): Address {
  const [token0, token1] = BigInt(tokenA) < BigInt(tokenB) ? [tokenA, tokenB] : [tokenB, tokenA]
  return getContractAddress({
    opcode: 'CREATE2',
    from: localNetswap.factory,
    salt: keccak256(encodePacked(['address', 'address'], [token0, token1])),
    bytecode: netswapPairBytecode,
  })
}

/** Creates a pool of a token and METIS. */
export function fillPool(
  from: Address,
  token: Address,
  amount: bigint,
  metisWei: bigint,
): SeedCall[] {
  const {router} = localNetswap
  return [
    {
      name: 'approve the router',
      from,
      to: token,
      data: encodeFunctionData({
        abi: erc20Abi,
        functionName: 'approve',
        args: [router, amount],
      }),
    },
    {
      name: 'fill a pool',
      from,
      to: router,
      data: encodeFunctionData({
        abi: netswapRouterAbi,
        functionName: 'addLiquidityMetis',
        args: [token, amount, amount, metisWei, from, 2n ** 64n],
      }),
      valueWei: metisWei,
      creates: [{name: 'pool', at: localPair(token, l2Metis)}],
    },
  ]
}
