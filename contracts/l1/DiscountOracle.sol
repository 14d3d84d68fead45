// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

/// Prices L2 gas for the bridge. The discount is wei of ETH for each unit of L2 gas.
contract DiscountOracle is Ownable {
    uint256 private discount;
    uint256 private minL2Gas = 200_000;

    constructor(uint256 _discount) {
        discount = _discount;
    }

    function setDiscount(uint256 _discount) external onlyOwner {
        discount = _discount;
    }

    function setMinL2Gas(uint256 _minL2Gas) external onlyOwner {
        minL2Gas = _minL2Gas;
    }

    function getDiscount() external view returns (uint256) {
        return discount;
    }

    function getMinL2Gas() external view returns (uint256) {
        return minL2Gas;
    }
}
