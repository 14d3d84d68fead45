import {
  type Address,
  concatHex,
  encodeAbiParameters,
  encodeFunctionData,
  parseAbiParameters,
  parseEther,
  zeroAddress,
} from 'viem'

import {borrowerOperationsAbi} from '../../../../chain/abis/borrower-operations.ts'
import {erc20Abi} from '../../../../chain/abis/erc20.ts'
import type {StablisContracts} from '../../../../protocol/defi/cdp/stablis/about.ts'
import {attributesBytecode} from '../../../artifacts/attributes.ts'
import {borrowerOperationsBytecode} from '../../../artifacts/borrower-operations.ts'
import {chestManagerBytecode} from '../../../artifacts/chest-manager.ts'
import {hintHelpersBytecode} from '../../../artifacts/hint-helpers.ts'
import {lstFeedBytecode} from '../../../artifacts/lst-feed.ts'
import {sortedChestsBytecode} from '../../../artifacts/sorted-chests.ts'
import {stablisPriceFeedBytecode} from '../../../artifacts/stablis-price-feed.ts'
import {usdsTokenBytecode} from '../../../artifacts/usds-token.ts'
import type {LocalLstToken} from '../../../lst/providers.ts'
import type {GenesisParts} from '../../../placement.ts'
import {localFeeds} from '../../tokens.ts'

/** Our choice; the document of a local network contains them. */
export const localStablis: StablisContracts = {
  operations: '0x4200000000000000000000000000000000003311',
  manager: '0x4200000000000000000000000000000000003312',
  sorted: '0x4200000000000000000000000000000000003313',
  hints: '0x4200000000000000000000000000000000003314',
  attributes: '0x4200000000000000000000000000000000003315',
  usds: '0x4200000000000000000000000000000000003316',
}

const PRICE_FEED: Address = '0x4200000000000000000000000000000000003317'
const LST_FEED: Address = '0x4200000000000000000000000000000000003318'

/** The first chest, without which no other could be closed. */
const FIRST_COLLATERAL_WEI = parseEther('1000')
export const FIRST_LOAN_WEI = parseEther('5000')
const MAX_FEE = 10n ** 16n

/** Chests with the token of a liquid-staking provider as collateral. */
export function planStablis(options: {
  governanceAddress: Address
  lst: LocalLstToken
}): GenesisParts {
  const {governanceAddress, lst} = options
  const {operations, manager, sorted, hints, attributes, usds} = localStablis
  const addresses = (...list: Address[]) =>
    concatHex(list.map((each) => encodeAbiParameters(parseAbiParameters('address'), [each])))
  const place = (name: string, at: Address, ...code: `0x${string}`[]) => ({
    name,
    at,
    creationCode: concatHex(code),
  })
  return {
    placements: [
      place(
        `${lst.symbol} feed`,
        LST_FEED,
        lstFeedBytecode,
        addresses(localFeeds['METIS/USD'], lst.rate),
      ),
      place(
        'attributes of the chests',
        attributes,
        attributesBytecode,
        addresses(lst.token, LST_FEED, governanceAddress),
      ),
      place(
        'price feed of the chests',
        PRICE_FEED,
        stablisPriceFeedBytecode,
        addresses(attributes),
      ),
      place('USDS', usds, usdsTokenBytecode, addresses(operations, manager)),
      place('sorted chests', sorted, sortedChestsBytecode, addresses(operations, manager)),
      place(
        'chest manager',
        manager,
        chestManagerBytecode,
        addresses(operations, attributes, PRICE_FEED, sorted, usds),
      ),
      place(
        'borrower operations',
        operations,
        borrowerOperationsBytecode,
        addresses(manager, sorted, attributes, PRICE_FEED, usds, governanceAddress),
      ),
      place('hint helpers', hints, hintHelpersBytecode, addresses(manager, sorted)),
    ],
    seeds: [
      lst.buy(FIRST_COLLATERAL_WEI),
      {
        name: 'approve the chests',
        from: governanceAddress,
        to: lst.token,
        data: encodeFunctionData({
          abi: erc20Abi,
          functionName: 'approve',
          args: [operations, FIRST_COLLATERAL_WEI],
        }),
      },
      {
        name: 'open the first chest',
        from: governanceAddress,
        to: operations,
        data: encodeFunctionData({
          abi: borrowerOperationsAbi,
          functionName: 'openChest',
          args: [
            lst.token,
            FIRST_COLLATERAL_WEI,
            MAX_FEE,
            FIRST_LOAN_WEI,
            zeroAddress,
            zeroAddress,
          ],
        }),
      },
    ],
  }
}
