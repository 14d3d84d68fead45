// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

/// What leaving for L1 costs. Only the part of the predeploy that bridge users read.
contract GasPriceOracle is Ownable {
    uint256 public minErc20BridgeCost;

    constructor(uint256 _minErc20BridgeCost) {
        minErc20BridgeCost = _minErc20BridgeCost;
    }

    function setMinErc20BridgeCost(uint256 _cost) external onlyOwner {
        minErc20BridgeCost = _cost;
    }
}
