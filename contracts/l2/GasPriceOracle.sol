// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

/// Prices of L2, and what leaving for L1 costs. l2geth reads the first five by their slots, 1 to 5.
contract GasPriceOracle is Ownable {
    uint256 public gasPrice;
    uint256 public l1BaseFee;
    uint256 public overhead;
    uint256 public scalar;
    uint256 public decimals;
    uint256 public minErc20BridgeCost;

    constructor(uint256 _gasPrice, uint256 _minErc20BridgeCost) {
        gasPrice = _gasPrice;
        minErc20BridgeCost = _minErc20BridgeCost;
    }

    function setGasPrice(uint256 _gasPrice) external onlyOwner {
        gasPrice = _gasPrice;
    }

    function setL1BaseFee(uint256 _baseFee) external onlyOwner {
        l1BaseFee = _baseFee;
    }

    function setMinErc20BridgeCost(uint256 _cost) external onlyOwner {
        minErc20BridgeCost = _cost;
    }

    function getL1GasUsed(bytes memory _data) public view returns (uint256) {
        uint256 gas = overhead + 68 * 16;
        for (uint256 i = 0; i < _data.length; i++) {
            gas += _data[i] == 0 ? 4 : 16;
        }
        return gas;
    }

    function getL1Fee(bytes memory _data) external view returns (uint256) {
        return (getL1GasUsed(_data) * l1BaseFee * scalar) / 10 ** decimals;
    }
}
