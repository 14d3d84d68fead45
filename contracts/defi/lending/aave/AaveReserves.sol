// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {AaveBits} from "./AaveTypes.sol";
import {AaveMath} from "./AaveMath.sol";
import {AToken, VariableDebtToken} from "./AaveTokens.sol";
import {
    RateModel,
    ReserveConfigurationMap,
    ReserveData,
    UserConfigurationMap
} from "./AaveTypes.sol";

interface IPrices {
    function getAssetPrice(address asset) external view returns (uint256);
}

/// The reserves of the pool: their settings, their indexes and their rates.
abstract contract AaveReserves is Ownable {
    using AaveMath for uint256;
    using AaveBits for ReserveConfigurationMap;

    struct NewReserve {
        address asset;
        address aToken;
        address debtToken;
        uint256 configuration;
        RateModel rates;
    }

    address[] internal list;
    mapping(address asset => ReserveData) internal reserves;
    mapping(address asset => RateModel) internal models;
    IPrices public immutable oracle;

    event ReserveDataUpdated(
        address indexed reserve,
        uint256 liquidityRate,
        uint256 stableBorrowRate,
        uint256 variableBorrowRate,
        uint256 liquidityIndex,
        uint256 variableBorrowIndex
    );

    constructor(address _oracle, address _owner, NewReserve[] memory added) {
        oracle = IPrices(_oracle);
        for (uint256 i; i < added.length; i++) _add(added[i]);
        _transferOwnership(_owner);
    }

    function setReserveFrozen(address asset, bool frozen) external onlyOwner {
        _set(asset, AaveBits.FROZEN, 1, frozen ? 1 : 0);
    }

    function setReservePaused(address asset, bool paused) external onlyOwner {
        _set(asset, AaveBits.PAUSED, 1, paused ? 1 : 0);
    }

    function setReserveActive(address asset, bool active) external onlyOwner {
        _set(asset, AaveBits.ACTIVE, 1, active ? 1 : 0);
    }

    function setReserveBorrowing(address asset, bool enabled) external onlyOwner {
        _set(asset, AaveBits.BORROWING, 1, enabled ? 1 : 0);
    }

    function configureReserveAsCollateral(
        address asset,
        uint256 ltv,
        uint256 threshold,
        uint256 bonus
    ) external onlyOwner {
        require(ltv <= threshold, "20");
        _set(asset, AaveBits.LTV, 16, ltv);
        _set(asset, AaveBits.THRESHOLD, 16, threshold);
        _set(asset, AaveBits.BONUS, 16, bonus);
    }

    /// Whole tokens; 0 is no limit.
    function setCaps(address asset, uint256 borrowCap, uint256 supplyCap) external onlyOwner {
        _set(asset, AaveBits.BORROW_CAP, 36, borrowCap);
        _set(asset, AaveBits.SUPPLY_CAP, 36, supplyCap);
    }

    function getReserveData(address asset) external view returns (ReserveData memory) {
        return reserves[asset];
    }

    function getReservesList() external view returns (address[] memory) {
        return list;
    }

    function getConfiguration(
        address asset
    ) external view returns (ReserveConfigurationMap memory) {
        return reserves[asset].configuration;
    }

    function getReserveNormalizedIncome(address asset) public view returns (uint256) {
        ReserveData storage reserve = reserves[asset];
        if (reserve.lastUpdateTimestamp == block.timestamp) return reserve.liquidityIndex;
        return
            AaveMath.linear(reserve.currentLiquidityRate, reserve.lastUpdateTimestamp).rayMul(
                reserve.liquidityIndex
            );
    }

    function getReserveNormalizedVariableDebt(address asset) public view returns (uint256) {
        ReserveData storage reserve = reserves[asset];
        if (reserve.lastUpdateTimestamp == block.timestamp) return reserve.variableBorrowIndex;
        return
            AaveMath
                .compounded(reserve.currentVariableBorrowRate, reserve.lastUpdateTimestamp)
                .rayMul(reserve.variableBorrowIndex);
    }

    /// Brings the indexes to now. Everything of a reserve is counted with them.
    function _accrue(address asset) internal {
        ReserveData storage reserve = reserves[asset];
        if (reserve.lastUpdateTimestamp == block.timestamp) return;
        uint256 income = getReserveNormalizedIncome(asset);
        uint256 debt = getReserveNormalizedVariableDebt(asset);
        uint256 scaledDebt = VariableDebtToken(reserve.variableDebtTokenAddress)
            .scaledTotalSupply();
        if (scaledDebt != 0) {
            uint256 grown = scaledDebt.rayMul(debt) -
                scaledDebt.rayMul(reserve.variableBorrowIndex);
            uint256 share = grown.percentMul(
                reserve.configuration.read(AaveBits.RESERVE_FACTOR, 16)
            );
            if (share != 0) reserve.accruedToTreasury += uint128(share.rayDiv(income));
        }
        if (reserve.currentLiquidityRate != 0) reserve.liquidityIndex = uint128(income);
        if (scaledDebt != 0) reserve.variableBorrowIndex = uint128(debt);
        reserve.lastUpdateTimestamp = uint40(block.timestamp);
    }

    /// @param added tokens that are about to arrive; `taken` are about to leave
    function _updateRates(address asset, uint256 added, uint256 taken) internal {
        ReserveData storage reserve = reserves[asset];
        uint256 debt = VariableDebtToken(reserve.variableDebtTokenAddress)
            .scaledTotalSupply()
            .rayMul(reserve.variableBorrowIndex);
        uint256 idle = IERC20(asset).balanceOf(reserve.aTokenAddress) + added - taken;
        RateModel memory model = models[asset];
        uint256 used = debt == 0 ? 0 : debt.rayDiv(idle + debt);
        uint256 rate = model.base;
        if (used > model.optimal) {
            uint256 excess = (used - model.optimal).rayDiv(AaveMath.RAY - model.optimal);
            rate += model.slope1 + model.slope2.rayMul(excess);
        } else {
            rate += model.slope1.rayMul(used).rayDiv(model.optimal);
        }
        uint256 kept = reserve.configuration.read(AaveBits.RESERVE_FACTOR, 16);
        reserve.currentVariableBorrowRate = uint128(rate);
        reserve.currentLiquidityRate = uint128(
            rate.rayMul(used).percentMul(AaveMath.PERCENT - kept)
        );
        emit ReserveDataUpdated(
            asset,
            reserve.currentLiquidityRate,
            0,
            rate,
            reserve.liquidityIndex,
            reserve.variableBorrowIndex
        );
    }

    function _add(NewReserve memory added) private {
        require(reserves[added.asset].aTokenAddress == address(0), "14");
        ReserveData storage reserve = reserves[added.asset];
        reserve.configuration.data = added.configuration;
        reserve.liquidityIndex = uint128(AaveMath.RAY);
        reserve.variableBorrowIndex = uint128(AaveMath.RAY);
        reserve.lastUpdateTimestamp = uint40(block.timestamp);
        reserve.id = uint16(list.length);
        reserve.aTokenAddress = added.aToken;
        reserve.variableDebtTokenAddress = added.debtToken;
        reserve.interestRateStrategyAddress = address(this);
        models[added.asset] = added.rates;
        list.push(added.asset);
    }

    function _set(address asset, uint256 place, uint256 bits, uint256 value) private {
        require(reserves[asset].aTokenAddress != address(0), "82");
        ReserveConfigurationMap memory map = reserves[asset].configuration;
        map.write(place, bits, value);
        reserves[asset].configuration = map;
    }
}
