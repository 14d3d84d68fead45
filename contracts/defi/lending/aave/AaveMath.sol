// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// Fixed-point numbers as Aave rounds them: to the nearest, halves up.
library AaveMath {
    uint256 internal constant RAY = 1e27;
    uint256 internal constant WAD = 1e18;
    uint256 internal constant PERCENT = 1e4;
    uint256 internal constant YEAR = 365 days;

    function rayMul(uint256 a, uint256 b) internal pure returns (uint256) {
        return (a * b + RAY / 2) / RAY;
    }

    function rayDiv(uint256 a, uint256 b) internal pure returns (uint256) {
        return (a * RAY + b / 2) / b;
    }

    function wadDiv(uint256 a, uint256 b) internal pure returns (uint256) {
        return (a * WAD + b / 2) / b;
    }

    function percentMul(uint256 value, uint256 share) internal pure returns (uint256) {
        return (value * share + PERCENT / 2) / PERCENT;
    }

    function percentDiv(uint256 value, uint256 share) internal pure returns (uint256) {
        return (value * PERCENT + share / 2) / share;
    }

    /// Growth of a deposit since `from`, in ray.
    function linear(uint256 rate, uint256 from) internal view returns (uint256) {
        return RAY + (rate * (block.timestamp - from)) / YEAR;
    }

    /// Growth of a debt since `from`, in ray: the first three terms of the series for each second.
    function compounded(uint256 rate, uint256 from) internal view returns (uint256) {
        uint256 time = block.timestamp - from;
        if (time == 0) return RAY;
        uint256 less1 = time - 1;
        uint256 less2 = time > 2 ? time - 2 : 0;
        uint256 squared = rayMul(rate, rate) / (YEAR * YEAR);
        uint256 cubed = rayMul(squared, rate) / YEAR;
        uint256 second = (time * less1 * squared) / 2;
        uint256 third = (time * less1 * less2 * cubed) / 6;
        return RAY + (rate * time) / YEAR + second + third;
    }
}
