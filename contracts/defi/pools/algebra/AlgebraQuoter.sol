// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {AlgebraMath, AlgebraPool} from "./AlgebraPool.sol";

/// Finds the pool of two tokens.
contract AlgebraFactory is Ownable {
    mapping(address tokenA => mapping(address tokenB => address)) public poolByPair;

    event Pool(address indexed token0, address indexed token1, address pool);

    constructor(address _owner, address token0, address token1, address pool) {
        _list(token0, token1, pool);
        _transferOwnership(_owner);
    }

    function list(address token0, address token1, address pool) external onlyOwner {
        _list(token0, token1, pool);
    }

    function _list(address token0, address token1, address pool) private {
        poolByPair[token0][token1] = pool;
        poolByPair[token1][token0] = pool;
        emit Pool(token0, token1, pool);
    }
}

/// Says what swaps along a path would give. Paths are addresses after each other, without fees.
contract AlgebraQuoter {
    AlgebraFactory public immutable factory;

    /// The real quoter tries a swap and reverts it, so it is no view; nor is this one.
    event Quoted(address tokenIn, address tokenOut, uint256 amountIn, uint256 amountOut);

    constructor(address _factory) {
        factory = AlgebraFactory(_factory);
    }

    function quoteExactInput(
        bytes memory path,
        uint256 amountIn
    ) external returns (uint256 amountOut) {
        require(path.length >= 40 && path.length % 20 == 0, "toAddress_outOfBounds");
        amountOut = amountIn;
        for (uint256 i = 0; i + 40 <= path.length; i += 20) {
            amountOut = quoteExactInputSingle(_token(path, i), _token(path, i + 20), amountOut, 0);
        }
    }

    function quoteExactInputSingle(
        address tokenIn,
        address tokenOut,
        uint256 amountIn,
        uint160
    ) public returns (uint256 amountOut) {
        AlgebraPool pool = AlgebraPool(payable(factory.poolByPair(tokenIn, tokenOut)));
        (uint160 price, ) = pool.globalState();
        bool zeroToOne = pool.token0() == tokenIn;
        (amountOut, ) = AlgebraMath.swap(price, pool.liquidity(), amountIn, zeroToOne);
        emit Quoted(tokenIn, tokenOut, amountIn, amountOut);
    }

    /// By halving: the smallest input that gives the output.
    function quoteExactOutput(
        bytes memory path,
        uint256 amountOut
    ) external returns (uint256 amountIn) {
        require(path.length == 40, "toAddress_outOfBounds");
        address tokenOut = _token(path, 0);
        address tokenIn = _token(path, 20);
        uint256 high = 1;
        while (quoteExactInputSingle(tokenIn, tokenOut, high, 0) < amountOut) high *= 2;
        uint256 low = high / 2;
        while (high - low > 1) {
            uint256 middle = (low + high) / 2;
            if (quoteExactInputSingle(tokenIn, tokenOut, middle, 0) < amountOut) low = middle;
            else high = middle;
        }
        return high;
    }

    function _token(bytes memory path, uint256 start) private pure returns (address token) {
        assembly {
            token := shr(96, mload(add(add(path, 32), start)))
        }
    }
}
