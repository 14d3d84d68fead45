// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// Prices of a pool with concentrated liquidity, as square roots with 96 binary places.
library AlgebraMath {
    uint256 internal constant Q96 = 2 ** 96;
    /// Millionths of the input.
    uint256 internal constant FEE = 3000;

    /// Output of an input within the liquidity that is in range, and the price after it.
    function swap(
        uint256 price,
        uint256 liquidity,
        uint256 amountIn,
        bool zeroToOne
    ) internal pure returns (uint256 amountOut, uint256 nextPrice) {
        uint256 counted = (amountIn * (1e6 - FEE)) / 1e6;
        if (zeroToOne) {
            uint256 scaled = liquidity * Q96;
            uint256 divisor = scaled + counted * price;
            nextPrice = Math.mulDiv(scaled, price, divisor, Math.Rounding.Up);
            amountOut = Math.mulDiv(liquidity, price - nextPrice, Q96);
            return (amountOut, nextPrice);
        }
        nextPrice = price + Math.mulDiv(counted, Q96, liquidity);
        amountOut = Math.mulDiv(liquidity * Q96, nextPrice - price, nextPrice) / price;
    }
}

/// A pool with one position, over all prices. It can be asked and traded with, not added to.
contract AlgebraPool {
    address public immutable factory;
    address public immutable token0;
    address public immutable token1;
    uint128 public liquidity;
    uint160 private price;

    event Swap(
        address indexed sender,
        address indexed recipient,
        int256 amount0,
        int256 amount1,
        uint160 price,
        uint128 liquidity,
        int24 tick
    );

    constructor(
        address _factory,
        address _token0,
        address _token1,
        uint160 _price,
        uint128 _liquidity
    ) {
        factory = _factory;
        token0 = _token0;
        token1 = _token1;
        price = _price;
        liquidity = _liquidity;
    }

    receive() external payable {}

    /// The tick follows from the price and is not needed by who only asks: it is always 0 here.
    function globalState() external view returns (uint160, int24) {
        return (price, 0);
    }

    /// Takes an exact input by allowance. On the real pool a router does it in a callback.
    function swapExactInput(
        address recipient,
        bool zeroToOne,
        uint256 amountIn
    ) external returns (uint256 amountOut) {
        (address tokenIn, address tokenOut) = zeroToOne ? (token0, token1) : (token1, token0);
        uint256 next;
        (amountOut, next) = AlgebraMath.swap(price, liquidity, amountIn, zeroToOne);
        price = uint160(next);
        require(IERC20(tokenIn).transferFrom(msg.sender, address(this), amountIn), "IIA");
        require(IERC20(tokenOut).transfer(recipient, amountOut), "TF");
        (int256 amount0, int256 amount1) = zeroToOne
            ? (int256(amountIn), -int256(amountOut))
            : (-int256(amountOut), int256(amountIn));
        emit Swap(msg.sender, recipient, amount0, amount1, price, liquidity, 0);
    }
}
