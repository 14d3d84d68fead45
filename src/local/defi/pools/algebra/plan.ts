import {
  type Address,
  concatHex,
  encodeAbiParameters,
  encodeFunctionData,
  parseAbiParameters,
  parseEther,
} from 'viem'

import {erc20Abi} from '../../../../chain/abis/erc20.ts'
import type {AlgebraContracts} from '../../../../protocol/defi/pools/algebra/about.ts'
import {algebraFactoryBytecode} from '../../../artifacts/algebra-factory.ts'
import {algebraPoolBytecode} from '../../../artifacts/algebra-pool.ts'
import {algebraQuoterBytecode} from '../../../artifacts/algebra-quoter.ts'
import type {LocalLstToken} from '../../../lst/providers.ts'
import {l2Metis, type GenesisParts, type SeedCall} from '../../../placement.ts'

/** Our choice; the document of a local network contains them. */
export const localAlgebra: AlgebraContracts = {
  factory: '0x4200000000000000000000000000000000003111',
  quoter: '0x4200000000000000000000000000000000003112',
}

export const localAlgebraPool: Address = '0x4200000000000000000000000000000000003113'

/** One to one, over all prices: the same amount of both. */
const Q96 = 2n ** 96n
const EACH_WEI = parseEther('3000')

export function planAlgebra(options: {
  governanceAddress: Address
  lst: LocalLstToken
}): GenesisParts {
  const {governanceAddress, lst} = options
  const {factory, quoter} = localAlgebra
  const isInOrder = BigInt(lst.token) < BigInt(l2Metis)
  const [token0, token1] = isInOrder ? [lst.token, l2Metis] : [l2Metis, lst.token]
  const pool = encodeAbiParameters(
    parseAbiParameters('address, address, address, uint160, uint128'),
    [factory, token0, token1, Q96, EACH_WEI],
  )
  const list = encodeAbiParameters(parseAbiParameters('address, address, address, address'), [
    governanceAddress,
    token0,
    token1,
    localAlgebraPool,
  ])
  const ask = encodeAbiParameters(parseAbiParameters('address'), [factory])
  const give = (token: Address, name: string): SeedCall => ({
    name: `give ${name} to the quoted pool`,
    from: governanceAddress,
    to: token,
    data: encodeFunctionData({
      abi: erc20Abi,
      functionName: 'transfer',
      args: [localAlgebraPool, EACH_WEI],
    }),
    ...(token === l2Metis ? {givesWei: EACH_WEI} : {}),
  })
  return {
    placements: [
      {
        name: 'quoted pool',
        at: localAlgebraPool,
        creationCode: concatHex([algebraPoolBytecode, pool]),
      },
      {
        name: 'factory of quoted pools',
        at: factory,
        creationCode: concatHex([algebraFactoryBytecode, list]),
      },
      {name: 'quoter', at: quoter, creationCode: concatHex([algebraQuoterBytecode, ask])},
    ],
    seeds: [lst.buy(EACH_WEI), give(lst.token, lst.symbol), give(l2Metis, 'METIS')],
  }
}
