// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// The arithmetic of a pool with a constant product.
library NetswapLibrary {
    function sortTokens(
        address tokenA,
        address tokenB
    ) internal pure returns (address token0, address token1) {
        require(tokenA != tokenB, "NetswapLibrary: IDENTICAL_ADDRESSES");
        (token0, token1) = tokenA < tokenB ? (tokenA, tokenB) : (tokenB, tokenA);
        require(token0 != address(0), "NetswapLibrary: ZERO_ADDRESS");
    }

    function quote(
        uint256 amountA,
        uint256 reserveA,
        uint256 reserveB
    ) internal pure returns (uint256) {
        require(amountA > 0, "NetswapLibrary: INSUFFICIENT_AMOUNT");
        _requireLiquidity(reserveA, reserveB);
        return (amountA * reserveB) / reserveA;
    }

    function amountOut(
        uint256 amountIn,
        uint256 reserveIn,
        uint256 reserveOut,
        uint256 feeRate
    ) internal pure returns (uint256) {
        require(amountIn > 0, "NetswapLibrary: INSUFFICIENT_INPUT_AMOUNT");
        _requireLiquidity(reserveIn, reserveOut);
        uint256 counted = amountIn * (1000 - feeRate);
        return (counted * reserveOut) / (reserveIn * 1000 + counted);
    }

    function neededIn(
        uint256 wanted,
        uint256 reserveIn,
        uint256 reserveOut,
        uint256 feeRate
    ) internal pure returns (uint256) {
        require(wanted > 0, "NetswapLibrary: INSUFFICIENT_OUTPUT_AMOUNT");
        _requireLiquidity(reserveIn, reserveOut);
        require(wanted <= reserveOut, "ds-math-sub-underflow");
        uint256 left = (reserveOut - wanted) * (1000 - feeRate);
        return (reserveIn * wanted * 1000) / left + 1;
    }

    function _requireLiquidity(uint256 reserveA, uint256 reserveB) private pure {
        require(reserveA > 0 && reserveB > 0, "NetswapLibrary: INSUFFICIENT_LIQUIDITY");
    }
}
