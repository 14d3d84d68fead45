// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {NetswapPair} from "./NetswapPair.sol";

/// Creates one pool for each two tokens, at an address that follows from the two.
contract NetswapFactory {
    address public feeTo;
    address public feeToSetter;
    /// Thousandths of what comes in that stay in the pool.
    uint256 public feeRate = 3;

    mapping(address tokenA => mapping(address tokenB => address)) public getPair;
    address[] public allPairs;

    event PairCreated(
        address indexed token0,
        address indexed token1,
        address pair,
        uint256 length
    );

    modifier onlySetter() {
        require(msg.sender == feeToSetter, "Netswap: FORBIDDEN");
        _;
    }

    constructor(address _feeToSetter) {
        feeToSetter = _feeToSetter;
    }

    function createPair(address tokenA, address tokenB) external returns (address pair) {
        require(tokenA != tokenB, "Netswap: IDENTICAL_ADDRESSES");
        (address token0, address token1) = tokenA < tokenB
            ? (tokenA, tokenB)
            : (tokenB, tokenA);
        require(token0 != address(0), "Netswap: ZERO_ADDRESS");
        require(getPair[token0][token1] == address(0), "Netswap: PAIR_EXISTS");
        NetswapPair made = new NetswapPair{salt: keccak256(abi.encodePacked(token0, token1))}();
        made.initialize(token0, token1);
        pair = address(made);
        getPair[token0][token1] = pair;
        getPair[token1][token0] = pair;
        allPairs.push(pair);
        emit PairCreated(token0, token1, pair, allPairs.length);
    }

    function setFeeTo(address _feeTo) external onlySetter {
        feeTo = _feeTo;
    }

    function setFeeToSetter(address _feeToSetter) external onlySetter {
        feeToSetter = _feeToSetter;
    }

    function setFeeRate(uint256 _feeRate) external onlySetter {
        require(_feeRate <= 1000, "Netswap: FEE_TOO_HIGH");
        feeRate = _feeRate;
    }

    function allPairsLength() external view returns (uint256) {
        return allPairs.length;
    }

    function initCodeHash() external pure returns (bytes32) {
        return keccak256(type(NetswapPair).creationCode);
    }
}
