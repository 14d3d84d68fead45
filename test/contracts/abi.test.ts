import {existsSync, readFileSync, readdirSync} from 'node:fs'
import {join} from 'node:path'

import {toEventSelector, toFunctionSelector} from 'viem'
import {describe, expect, test} from 'vitest'

import {type AbiItem, compileContracts, staleModules} from '../../scripts/contracts.ts'

const root = join(import.meta.dirname, '..', '..')
const copies = join(root, 'contracts', 'abi')
const {contracts, modules} = compileContracts()

/** Published file -> the contracts of ours that together have to offer it. */
const published: [string, string[]][] = [
  ['metis-LockingPool', ['LockingPool']],
  ['metis-LockingInfo', ['LockingInfo']],
  ['metis-SequencerSet', ['MetisSequencerSet']],
  ['metis-L1StandardBridge', ['L1StandardBridge']],
  ['metis-L2StandardBridge', ['L2StandardBridge']],
  ['metis-GasOracles', ['GasPriceOracle', 'DiscountOracle']],
  ['artemis-AMTConfig', ['AMTConfig']],
  ['artemis-AMTDepositPool', ['AMTDepositPool']],
  ['artemis-AMTRewardPool', ['AMTRewardPool']],
  ['artemis-AMTWithdrawalManager', ['AMTWithdrawalManager']],
  ['artemis-ArtMetis', ['ArtMetis']],
  ['artemis-L1StakingPool', ['L1StakingPool']],
  ['artemis-L1StakingPoolManager', ['L1StakingPoolManager']],
  ['enki-Config', ['EnkiConfig']],
  ['enki-EMetis', ['EMetis']],
  ['enki-EMetisMinter', ['EMetisMinter']],
  ['enki-L1Dealer', ['EnkiDealer']],
  ['enki-L1SequencerAgent', ['EnkiSequencerAgent']],
  ['enki-RedemptionQueue', ['EnkiRedemptionQueue']],
  ['enki-RewardDispatcher', ['EnkiRewardDispatcher']],
  ['enki-SeMetis', ['SeMetis']],
  ['enki-Vesting', ['EnkiVesting']],
  ['stakelink-L1Strategy', ['L1Strategy']],
  ['stakelink-L1Transmitter', ['L1Transmitter']],
  ['stakelink-L2Strategy', ['L2Strategy']],
  ['stakelink-L2Transmitter', ['L2Transmitter']],
  ['stakelink-PriorityPool', ['PriorityPool']],
  ['stakelink-SequencerVault', ['SequencerVault']],
  ['stakelink-StakingPool', ['StakingPool']],
  ['stakelink-WithdrawalPool', ['WithdrawalPool']],
  ['stakelink-WrappedSDToken', ['WrappedSDToken']],
  ['std-ERC20', ['MetisToken']],
  ['std-ERC20', ['MetisView']],
  ['dex-NetswapRouter', ['NetswapRouter']],
  ['dex-UniswapV2Factory', ['NetswapFactory']],
  ['dex-UniswapV2Pair', ['NetswapPair']],
  ['dex-AlgebraFactory', ['AlgebraFactory']],
  ['dex-AlgebraPool', ['AlgebraPool']],
  ['dex-AlgebraQuoter', ['AlgebraQuoter']],
  ['lending-AaveV3Pool', ['AavePool']],
  ['lending-AaveV3DataProvider', ['AaveDataProvider']],
  ['lending-AaveOracle', ['AaveOracle']],
  ['lending-CompoundCErc20', ['CErc20']],
  ['lending-CompoundCEther', ['CEther']],
  ['lending-CompoundComptroller', ['Comptroller']],
  ['lending-CompoundPriceOracle', ['ShoebillOracle']],
  ['cdp-QiDaoStableQiVault', ['StableQiVault']],
  ['std-ChainlinkAggregatorV3', ['MarketFeed']],
  ['std-ERC20', ['MarketToken']],
  ['std-ERC20', ['AToken']],
  ['std-ERC20', ['VariableDebtToken']],
]

type Parameter = NonNullable<AbiItem['inputs']>[number]

function typeOf({type, components}: Parameter): string {
  return components ? `(${components.map(typeOf).join()})${type.slice('tuple'.length)}` : type
}

function signatureOf(item: AbiItem): string {
  return `${item.name}(${(item.inputs ?? []).map(typeOf).join()})`
}

/** What a client depends on: the hash on the wire and how the bytes behind it are read. */
function wireForm(item: AbiItem): string {
  const signature = signatureOf(item)
  const indexed = (item.inputs ?? []).map((input) => (input.indexed ? '*' : '-')).join('')
  const outputs = (item.outputs ?? []).map(typeOf).join()
  if (item.type === 'event') return `event ${toEventSelector(signature)} ${signature} ${indexed}`
  const selector = toFunctionSelector(signature)
  const value = item.stateMutability === 'payable' ? 'payable' : ''
  return `${item.type} ${selector} ${signature} ${outputs} ${value}`
}

/** Beyond the wire: what typed clients and explorers show. */
function fullForm(item: AbiItem): string {
  const names = (list: Parameter[] = []) => list.map((each) => each.name ?? '').join()
  return `${wireForm(item)} ${item.stateMutability} ${names(item.inputs)} -> ${names(item.outputs)}`
}

function readAbi(name: string): AbiItem[] {
  return JSON.parse(readFileSync(join(copies, `${name}.json`), 'utf8')) as AbiItem[]
}

function ourAbi(names: string[]): AbiItem[] {
  return names.flatMap((name) => contracts[name]?.abi ?? [])
}

describe('generated modules', () => {
  test('the committed modules are what the compiler gives today', () => {
    expect(modules.size).toBeGreaterThan(25)
    expect(staleModules(modules)).toEqual([])
  })

  test('a changed module is noticed', () => {
    const changed = new Map(modules)
    changed.set('src/chain/abis/locking-pool.ts', '')
    changed.delete('src/local/artifacts/locking-pool.ts')
    expect(staleModules(changed)).toEqual([
      'src/chain/abis/locking-pool.ts',
      'src/local/artifacts/locking-pool.ts',
    ])
  })
})

describe('published interfaces', () => {
  test.each(published)('%s is offered completely by %s', (file, names) => {
    const theirs = readAbi(file).map(wireForm)
    const ours = new Set(ourAbi(names).map(wireForm))
    expect(theirs.length).toBeGreaterThan(0)
    expect(theirs.filter((item) => !ours.has(item))).toEqual([])
  })

  test.each(['LockingPool', 'LockingInfo', 'SequencerSet'])(
    'metis-%s has nothing more and nothing less, names and mutability included',
    (name) => {
      const ours = ourAbi([name === 'SequencerSet' ? 'MetisSequencerSet' : name])
      expect(ours.map(fullForm).sort()).toEqual(readAbi(`metis-${name}`).map(fullForm).sort())
    },
  )

  test('what ours offer beyond the published interfaces is known', () => {
    const extras = published.map(([file, names]) => {
      const theirs = new Set(readAbi(file).map(signatureOf))
      const more = ourAbi(names).map(signatureOf)
      return [names.join(), more.filter((item) => !theirs.has(item)).join(' ')]
    })
    expect(Object.fromEntries(extras.filter(([, more]) => more))).toMatchInlineSnapshot(`
      {
        "AMTConfig": "ContractSet(bytes32,address) Initialized(uint8) OwnershipTransferred(address,address) initialize(bytes32[],address[]) owner() renounceOwnership() setContract(bytes32,address) transferOwnership(address)",
        "AMTDepositPool": "Initialized(uint8) OwnershipTransferred(address,address) initialize(address) owner() renounceOwnership() transferOwnership(address)",
        "AMTRewardPool": "Initialized(uint8) OwnershipTransferred(address,address) initialize(address,address,uint256) owner() renounceOwnership() transferOwnership(address)",
        "AMTWithdrawalManager": "Empty() OutOfBounds() Initialized(uint8) OwnershipTransferred(address,address) initialize(address) owner() renounceOwnership() transferOwnership(address)",
        "AToken": "POOL() UNDERLYING_ASSET_ADDRESS() burn(address,address,uint256,uint256) mint(address,uint256,uint256) scaledBalanceOf(address) scaledTotalSupply() transferOnLiquidation(address,address,uint256) transferUnderlyingTo(address,uint256)",
        "AaveDataProvider": "POOL()",
        "AaveOracle": "AssetSourceUpdated(address,address) OwnershipTransferred(address,address) owner() renounceOwnership() setAssetSources(address[],address[]) transferOwnership(address)",
        "AavePool": "OwnershipTransferred(address,address) ReserveDataUpdated(address,uint256,uint256,uint256,uint256,uint256) ReserveUsedAsCollateralDisabled(address,address) ReserveUsedAsCollateralEnabled(address,address) configureReserveAsCollateral(address,uint256,uint256,uint256) finalizeTransfer(address,address,address,uint256,uint256,uint256) getReserveNormalizedIncome(address) getReserveNormalizedVariableDebt(address) oracle() owner() renounceOwnership() setCaps(address,uint256,uint256) setReserveActive(address,bool) setReserveBorrowing(address,bool) setReserveFrozen(address,bool) setReservePaused(address,bool) transferOwnership(address)",
        "AlgebraFactory": "OwnershipTransferred(address,address) list(address,address,address) owner() renounceOwnership() transferOwnership(address)",
        "AlgebraPool": "swapExactInput(address,bool,uint256)",
        "AlgebraQuoter": "Quoted(address,address,uint256,uint256) factory()",
        "ArtMetis": "RoleAdminChanged(bytes32,bytes32,bytes32) RoleGranted(bytes32,address,address) RoleRevoked(bytes32,address,address) BURNER_ROLE() DEFAULT_ADMIN_ROLE() MINTER_ROLE() decreaseAllowance(address,uint256) getRoleAdmin(bytes32) grantRole(bytes32,address) hasRole(bytes32,address) increaseAllowance(address,uint256) renounceRole(bytes32,address) revokeRole(bytes32,address) supportsInterface(bytes4)",
        "CErc20": "AccrueInterest(uint256,uint256,uint256,uint256) accrualBlockNumber() borrowIndex() seize(address,address,uint256)",
        "CEther": "AccrueInterest(uint256,uint256,uint256,uint256) Borrow(address,uint256,uint256,uint256) Failure(uint256,uint256,uint256) LiquidateBorrow(address,address,uint256,address,uint256) Mint(address,uint256,uint256) Redeem(address,uint256,uint256) RepayBorrow(address,address,uint256,uint256,uint256) accrualBlockNumber() accrueInterest() balanceOfUnderlying(address) borrowBalanceCurrent(address) borrowIndex() exchangeRateCurrent() liquidateBorrow(address,address) repayBorrowBehalf(address) reserveFactorMantissa() seize(address,address,uint256) totalBorrows() totalReserves()",
        "Comptroller": "OwnershipTransferred(address,address) borrowAllowed(address,address,uint256) isListed(address) liquidateAllowed(address,address,address,uint256) mintAllowed(address) owner() redeemAllowed(address,address,uint256) renounceOwnership() seizeTokens(address,address,uint256) setBorrowPaused(address,bool) setCollateralFactor(address,uint256) setMintPaused(address,bool) transferOwnership(address)",
        "EMetis": "InvalidShortString() StringTooLong(string) EIP712DomainChanged() MinterAdded(address) MinterRemoved(address) OwnershipTransferred(address,address) addMinter(address) decreaseAllowance(address,uint256) eip712Domain() increaseAllowance(address,uint256) minters(address) owner() removeMinter(address) renounceOwnership() transferOwnership(address)",
        "EMetisMinter": "Initialized(uint8) RecoverErc20(address,address,uint256) initialize(address) paused() recoverErc20(address,uint256)",
        "EnkiConfig": "Initialized(uint8) RoleAdminChanged(bytes32,bytes32,bytes32) RoleGranted(bytes32,address,address) RoleRevoked(bytes32,address,address) ValueSet(string,uint256,uint256) DEFAULT_ADMIN_ROLE() earlyExitFee() getRoleAdmin(bytes32) grantRole(bytes32,address) hasRole(bytes32,address) initialize(address,string[],uint256[]) renounceRole(bytes32,address) revokeRole(bytes32,address) setValue(string,uint256) supportsInterface(bytes4)",
        "EnkiDealer": "Initialized(uint8) RoleAdminChanged(bytes32,bytes32,bytes32) RoleGranted(bytes32,address,address) RoleRevoked(bytes32,address,address) DEFAULT_ADMIN_ROLE() getRoleAdmin(bytes32) grantRole(bytes32,address) hasRole(bytes32,address) initialize(address,address,address,address,uint256,uint32,address,address) renounceRole(bytes32,address) revokeRole(bytes32,address) supportsInterface(bytes4)",
        "EnkiRedemptionQueue": "Initialized(uint8) RecoverErc20(address,address,uint256) initialize(address) paused() recoverErc20(address,uint256) refusesSpentTickets() safeTransferFrom(address,address,uint256,bytes) setRefusesSpentTickets(bool) supportsInterface(bytes4) tokenURI(uint256)",
        "EnkiRewardDispatcher": "Initialized(uint8) RecoverErc20(address,address,uint256) initialize(address) paused() recoverErc20(address,uint256)",
        "EnkiSequencerAgent": "Initialized(uint8) initialize(address,address,address,address)",
        "EnkiVesting": "Initialized(uint8) RecoverErc20(address,address,uint256) initialize(address) paused() recoverErc20(address,uint256)",
        "GasPriceOracle,DiscountOracle": "OwnershipTransferred(address,address) decimals() gasPrice() getL1Fee(bytes) getL1GasUsed(bytes) l1BaseFee() overhead() owner() renounceOwnership() scalar() setGasPrice(uint256) setL1BaseFee(uint256) setMinErc20BridgeCost(uint256) transferOwnership(address) OwnershipTransferred(address,address) owner() renounceOwnership() setDiscount(uint256) setMinL2Gas(uint256) transferOwnership(address)",
        "L1StakingPool": "Initialized(uint8) initialize(address,address,address,address) unlockClaim(uint32) unlockSequencer(uint32)",
        "L1StakingPoolManager": "Initialized(uint8) RoleAdminChanged(bytes32,bytes32,bytes32) RoleGranted(bytes32,address,address) RoleRevoked(bytes32,address,address) ADMIN_ROLE() DEFAULT_ADMIN_ROLE() getRoleAdmin(bytes32) grantRole(bytes32,address) hasRole(bytes32,address) initialize(address,address,address,address) renounceRole(bytes32,address) revokeRole(bytes32,address) supportsInterface(bytes4)",
        "L1StandardBridge": "DepositQueued(uint256,uint256,address,address,address,uint256,uint32) ERC20DepositInitiated(address,address,address,address,uint256,bytes) Initialized(uint8) initialize(address,address,address,address,uint256) queueLength()",
        "L2StandardBridge": "Claimed(address,uint256) DepositFinalized(address,address,address,address,uint256,uint256,bool) Initialized(uint8) OwnershipTransferred(address,address) RelayerSet(address) WithdrawalInitiated(address,address,address,address,uint256,bytes) claim(address) claimable(address) finalizeDeposit(uint256,address,address,address,address,uint256) initialize(address,address,address) l1Metis() nextQueueIndex() owner() relayer() renounceOwnership() setRelayer(address) transferOwnership(address)",
        "MarketFeed": "AnswerUpdated(int256,uint256,uint256) OwnershipTransferred(address,address) latestAnswer() owner() renounceOwnership() setAnswer(int256) transferOwnership(address)",
        "MarketToken": "OwnershipTransferred(address,address) decreaseAllowance(address,uint256) increaseAllowance(address,uint256) mint(address,uint256) owner() renounceOwnership() transferOwnership(address)",
        "MetisToken": "INITIAL_SUPPLY() decreaseAllowance(address,uint256) increaseAllowance(address,uint256)",
        "NetswapFactory": "feeRate() feeTo() feeToSetter() initCodeHash() setFeeRate(uint256) setFeeTo(address) setFeeToSetter(address)",
        "NetswapPair": "MINIMUM_LIQUIDITY() PERMIT_TYPEHASH() burn(address) initialize(address,address) kLast() mint(address) skim(address) swap(uint256,uint256,address,bytes) sync()",
        "SeMetis": "Initialized(uint8) RecoverErc20(address,address,uint256) decreaseAllowance(address,uint256) increaseAllowance(address,uint256) initialize(address) paused() recoverErc20(address,uint256)",
        "ShoebillOracle": "feed() lstMarket() metisMarket() rate()",
        "StableQiVault": "OwnershipTransferred(address,address) addFrontEnd(uint256) getTokenPriceSource() lastInterest(uint256) owner() renounceOwnership() safeTransferFrom(address,address,uint256,bytes) setClosingFee(uint256) setInterestRate(uint256) setMinCollateralRatio(uint256) setOpeningFee(uint256) setStabilityPool(address) supportsInterface(bytes4) tokenByIndex(uint256) tokenURI(uint256) totalSupply() transferOwnership(address)",
        "VariableDebtToken": "POOL() UNDERLYING_ASSET_ADDRESS() burn(address,uint256,uint256) mint(address,uint256,uint256) scaledBalanceOf(address) scaledTotalSupply()",
      }
    `)
  })

  // The real contracts have much that only they themselves call; ours have the part of a client.
  test.each([
    [
      'stablis-BorrowerOperations',
      'BorrowerOperations',
      'openChest addColl withdrawColl withdrawUSDS repayUSDS adjustChest closeChest claimCollateral getMCR getMinNetDebt getUSDSGasCompensation getCompositeDebt',
    ],
    [
      'stablis-ChestManager',
      'ChestManager',
      'getEntireDebtAndColl getCurrentICR getNominalICR getBorrowingFee getBorrowingFeeWithDecay getBorrowingRateWithDecay getRedemptionRateWithDecay getChestStatus getTCR liquidate redeemCollateral ChestLiquidated Redemption',
    ],
    [
      'stablis-SortedChests',
      'SortedChests',
      'findInsertPosition getFirst getLast getNext getPrev getSize contains NodeAdded',
    ],
    ['stablis-HintHelpers', 'HintHelpers', 'getApproxHint computeCR computeNominalCR'],
    [
      'stablis-Attributes',
      'Attributes',
      'getMCR getMinNetDebt isDepositAllowed getInterestRateInBPS paused getAssets getUSDSGasCompensation getPriceAggregator',
    ],
  ])('of %s what a client calls is the same in %s', (file, name, words) => {
    const wanted = words.split(' ')
    const theirs = readAbi(file).filter((item) => wanted.includes(item.name ?? ''))
    const ours = new Set(ourAbi([name]).map(wireForm))
    expect(new Set(theirs.map((item) => item.name)).size).toBe(wanted.length)
    expect(theirs.map(wireForm).filter((item) => !ours.has(item))).toEqual([])
  })

  test('the copies equal the reference where it is at hand', () => {
    const reference = join(root, '..', 'shared', 'abi')
    const files = readdirSync(copies)
    expect(files.length).toBeGreaterThanOrEqual(13)
    if (!existsSync(reference)) return
    for (const file of files) {
      const copy = readFileSync(join(copies, file), 'utf8')
      expect(copy === readFileSync(join(reference, file), 'utf8'), file).toBe(true)
    }
  })
})
