// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {AavePool} from "./AavePool.sol";
import {AToken, VariableDebtToken} from "./AaveTokens.sol";
import {
    AaveBits,
    ReserveConfigurationMap,
    ReserveData,
    UserConfigurationMap
} from "./AaveTypes.sol";

interface ISymbol {
    function symbol() external view returns (string memory);
}

/// Views of the pool in the form that clients ask for.
contract AaveDataProvider {
    using AaveBits for ReserveConfigurationMap;
    using AaveBits for uint256;

    struct TokenData {
        string symbol;
        address tokenAddress;
    }

    AavePool public immutable POOL;

    constructor(address _pool) {
        POOL = AavePool(_pool);
    }

    function getAllReservesTokens() external view returns (TokenData[] memory) {
        address[] memory assets = POOL.getReservesList();
        TokenData[] memory tokens = new TokenData[](assets.length);
        for (uint256 i; i < assets.length; i++) {
            tokens[i] = TokenData(ISymbol(assets[i]).symbol(), assets[i]);
        }
        return tokens;
    }

    function getReserveConfigurationData(
        address asset
    )
        external
        view
        returns (
            uint256 decimals,
            uint256 ltv,
            uint256 liquidationThreshold,
            uint256 liquidationBonus,
            uint256 reserveFactor,
            bool usageAsCollateralEnabled,
            bool borrowingEnabled,
            bool stableBorrowRateEnabled,
            bool isActive,
            bool isFrozen
        )
    {
        ReserveConfigurationMap memory map = POOL.getConfiguration(asset);
        decimals = map.read(AaveBits.DECIMALS, 8);
        ltv = map.read(AaveBits.LTV, 16);
        liquidationThreshold = map.read(AaveBits.THRESHOLD, 16);
        liquidationBonus = map.read(AaveBits.BONUS, 16);
        reserveFactor = map.read(AaveBits.RESERVE_FACTOR, 16);
        usageAsCollateralEnabled = liquidationThreshold != 0;
        borrowingEnabled = map.has(AaveBits.BORROWING);
        stableBorrowRateEnabled = false;
        isActive = map.has(AaveBits.ACTIVE);
        isFrozen = map.has(AaveBits.FROZEN);
    }

    function getReserveCaps(
        address asset
    ) external view returns (uint256 borrowCap, uint256 supplyCap) {
        ReserveConfigurationMap memory map = POOL.getConfiguration(asset);
        return (map.read(AaveBits.BORROW_CAP, 36), map.read(AaveBits.SUPPLY_CAP, 36));
    }

    function getPaused(address asset) external view returns (bool isPaused) {
        return POOL.getConfiguration(asset).has(AaveBits.PAUSED);
    }

    /// No reserve is isolated.
    function getDebtCeiling(address) external pure returns (uint256) {
        return 0;
    }

    function getATokenTotalSupply(address asset) external view returns (uint256) {
        return AToken(payable(POOL.getReserveData(asset).aTokenAddress)).totalSupply();
    }

    function getTotalDebt(address asset) external view returns (uint256) {
        return VariableDebtToken(POOL.getReserveData(asset).variableDebtTokenAddress).totalSupply();
    }

    function getUserReserveData(
        address asset,
        address user
    )
        external
        view
        returns (
            uint256 currentATokenBalance,
            uint256 currentStableDebt,
            uint256 currentVariableDebt,
            uint256 principalStableDebt,
            uint256 scaledVariableDebt,
            uint256 stableBorrowRate,
            uint256 liquidityRate,
            uint40 stableRateLastUpdated,
            bool usageAsCollateralEnabled
        )
    {
        ReserveData memory reserve = POOL.getReserveData(asset);
        VariableDebtToken debt = VariableDebtToken(reserve.variableDebtTokenAddress);
        currentATokenBalance = AToken(payable(reserve.aTokenAddress)).balanceOf(user);
        currentVariableDebt = debt.balanceOf(user);
        scaledVariableDebt = debt.scaledBalanceOf(user);
        liquidityRate = reserve.currentLiquidityRate;
        usageAsCollateralEnabled = POOL.getUserConfiguration(user).data.counts(reserve.id);
        return (
            currentATokenBalance,
            0,
            currentVariableDebt,
            0,
            scaledVariableDebt,
            0,
            liquidityRate,
            0,
            usageAsCollateralEnabled
        );
    }

    function getReserveTokensAddresses(
        address asset
    )
        external
        view
        returns (
            address aTokenAddress,
            address stableDebtTokenAddress,
            address variableDebtTokenAddress
        )
    {
        ReserveData memory reserve = POOL.getReserveData(asset);
        return (
            reserve.aTokenAddress,
            reserve.stableDebtTokenAddress,
            reserve.variableDebtTokenAddress
        );
    }
}
