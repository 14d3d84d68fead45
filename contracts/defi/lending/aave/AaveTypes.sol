// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

struct ReserveConfigurationMap {
    uint256 data;
}

struct UserConfigurationMap {
    uint256 data;
}

struct ReserveData {
    ReserveConfigurationMap configuration;
    uint128 liquidityIndex;
    uint128 currentLiquidityRate;
    uint128 variableBorrowIndex;
    uint128 currentVariableBorrowRate;
    uint128 currentStableBorrowRate;
    uint40 lastUpdateTimestamp;
    uint16 id;
    address aTokenAddress;
    address stableDebtTokenAddress;
    address variableDebtTokenAddress;
    address interestRateStrategyAddress;
    uint128 accruedToTreasury;
    uint128 unbacked;
    uint128 isolationModeTotalDebt;
}

/// Yearly rates in ray by how much of a reserve is lent: up to `optimal` along the first slope,
/// beyond it along the second.
struct RateModel {
    uint256 optimal;
    uint256 base;
    uint256 slope1;
    uint256 slope2;
}

/// The settings of a reserve in one word, where Aave keeps them.
library AaveBits {
    uint256 internal constant LTV = 0;
    uint256 internal constant THRESHOLD = 16;
    uint256 internal constant BONUS = 32;
    uint256 internal constant DECIMALS = 48;
    uint256 internal constant ACTIVE = 56;
    uint256 internal constant FROZEN = 57;
    uint256 internal constant BORROWING = 58;
    uint256 internal constant PAUSED = 60;
    uint256 internal constant RESERVE_FACTOR = 64;
    uint256 internal constant BORROW_CAP = 80;
    uint256 internal constant SUPPLY_CAP = 116;

    function read(
        ReserveConfigurationMap memory map,
        uint256 place,
        uint256 bits
    ) internal pure returns (uint256) {
        return (map.data >> place) & ((1 << bits) - 1);
    }

    function has(ReserveConfigurationMap memory map, uint256 place) internal pure returns (bool) {
        return read(map, place, 1) == 1;
    }

    function write(
        ReserveConfigurationMap memory map,
        uint256 place,
        uint256 bits,
        uint256 value
    ) internal pure {
        uint256 mask = ((1 << bits) - 1) << place;
        map.data = (map.data & ~mask) | (value << place);
    }

    function borrows(uint256 user, uint256 id) internal pure returns (bool) {
        return (user >> (2 * id)) & 1 == 1;
    }

    function counts(uint256 user, uint256 id) internal pure returns (bool) {
        return (user >> (2 * id + 1)) & 1 == 1;
    }
}
