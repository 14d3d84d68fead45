// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {NetswapFactory} from "./NetswapFactory.sol";
import {NetswapLibrary as Lib} from "./NetswapLibrary.sol";

interface IPair is IERC20 {
    function mint(address to) external returns (uint256);

    function burn(address to) external returns (uint256, uint256);

    function swap(uint256 out0, uint256 out1, address to, bytes calldata data) external;

    function getReserves() external view returns (uint112, uint112, uint32);
}

/// The contract that people call: it moves their tokens into pools and enforces their limits. METIS is a token
/// of its own here, so nothing is wrapped.
contract NetswapRouter {
    address public immutable factory;
    address public immutable Metis;
    /// Of the creation code of a pool. From it follow the addresses of all pools.
    bytes32 private immutable pairCodeHash;

    modifier ensure(uint256 deadline) {
        require(deadline >= block.timestamp, "NetswapRouter: EXPIRED");
        _;
    }

    constructor(address _factory, address _Metis, bytes32 _pairCodeHash) {
        factory = _factory;
        Metis = _Metis;
        pairCodeHash = _pairCodeHash;
    }

    /// METIS on its way to whoever removes liquidity or swaps for it.
    receive() external payable {}

    function addLiquidity(
        address tokenA,
        address tokenB,
        uint256 amountADesired,
        uint256 amountBDesired,
        uint256 amountAMin,
        uint256 amountBMin,
        address to,
        uint256 deadline
    )
        external
        ensure(deadline)
        returns (uint256 amountA, uint256 amountB, uint256 liquidity)
    {
        address pair;
        (pair, amountA, amountB) = _fit(
            [tokenA, tokenB],
            [amountADesired, amountBDesired],
            [amountAMin, amountBMin]
        );
        _take(tokenA, msg.sender, pair, amountA);
        _take(tokenB, msg.sender, pair, amountB);
        liquidity = IPair(pair).mint(to);
    }

    function addLiquidityMetis(
        address token,
        uint256 amountTokenDesired,
        uint256 amountTokenMin,
        uint256 amountMetisMin,
        address to,
        uint256 deadline
    )
        external
        payable
        ensure(deadline)
        returns (uint256 amountToken, uint256 amountMetis, uint256 liquidity)
    {
        address pair;
        (pair, amountToken, amountMetis) = _fit(
            [token, Metis],
            [amountTokenDesired, msg.value],
            [amountTokenMin, amountMetisMin]
        );
        _take(token, msg.sender, pair, amountToken);
        _send(Metis, pair, amountMetis);
        liquidity = IPair(pair).mint(to);
        if (msg.value > amountMetis) _sendMetis(msg.sender, msg.value - amountMetis);
    }

    function removeLiquidity(
        address tokenA,
        address tokenB,
        uint256 liquidity,
        uint256 amountAMin,
        uint256 amountBMin,
        address to,
        uint256 deadline
    ) public ensure(deadline) returns (uint256 amountA, uint256 amountB) {
        address pair = _pairFor(tokenA, tokenB);
        _take(pair, msg.sender, pair, liquidity);
        (uint256 amount0, uint256 amount1) = IPair(pair).burn(to);
        (address token0, ) = Lib.sortTokens(tokenA, tokenB);
        (amountA, amountB) = tokenA == token0 ? (amount0, amount1) : (amount1, amount0);
        require(amountA >= amountAMin, "NetswapRouter: INSUFFICIENT_A_AMOUNT");
        require(amountB >= amountBMin, "NetswapRouter: INSUFFICIENT_B_AMOUNT");
    }

    function removeLiquidityMetis(
        address token,
        uint256 liquidity,
        uint256 amountTokenMin,
        uint256 amountMetisMin,
        address to,
        uint256 deadline
    ) external returns (uint256 amountToken, uint256 amountMetis) {
        (amountToken, amountMetis) = removeLiquidity(
            token,
            Metis,
            liquidity,
            amountTokenMin,
            amountMetisMin,
            address(this),
            deadline
        );
        _send(token, to, amountToken);
        _sendMetis(to, amountMetis);
    }

    function swapExactTokensForTokens(
        uint256 amountIn,
        uint256 amountOutMin,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external ensure(deadline) returns (uint256[] memory amounts) {
        amounts = _amountsFor(amountIn, amountOutMin, path);
        _take(path[0], msg.sender, _pairFor(path[0], path[1]), amountIn);
        _swap(amounts, path, to);
    }

    function swapTokensForExactTokens(
        uint256 amountOut,
        uint256 amountInMax,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external ensure(deadline) returns (uint256[] memory amounts) {
        amounts = _amountsOf(amountOut, amountInMax, path);
        _take(path[0], msg.sender, _pairFor(path[0], path[1]), amounts[0]);
        _swap(amounts, path, to);
    }

    function swapExactMetisForTokens(
        uint256 amountOutMin,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external payable ensure(deadline) returns (uint256[] memory amounts) {
        require(path[0] == Metis, "NetswapRouter: INVALID_PATH");
        amounts = _amountsFor(msg.value, amountOutMin, path);
        _send(Metis, _pairFor(path[0], path[1]), msg.value);
        _swap(amounts, path, to);
    }

    function swapMetisForExactTokens(
        uint256 amountOut,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external payable ensure(deadline) returns (uint256[] memory amounts) {
        require(path[0] == Metis, "NetswapRouter: INVALID_PATH");
        amounts = _amountsOf(amountOut, msg.value, path);
        _send(Metis, _pairFor(path[0], path[1]), amounts[0]);
        _swap(amounts, path, to);
        if (msg.value > amounts[0]) _sendMetis(msg.sender, msg.value - amounts[0]);
    }

    function swapExactTokensForMetis(
        uint256 amountIn,
        uint256 amountOutMin,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external ensure(deadline) returns (uint256[] memory amounts) {
        require(path[path.length - 1] == Metis, "NetswapRouter: INVALID_PATH");
        amounts = _amountsFor(amountIn, amountOutMin, path);
        _take(path[0], msg.sender, _pairFor(path[0], path[1]), amountIn);
        _swap(amounts, path, address(this));
        _sendMetis(to, amounts[amounts.length - 1]);
    }

    function swapTokensForExactMetis(
        uint256 amountOut,
        uint256 amountInMax,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external ensure(deadline) returns (uint256[] memory amounts) {
        require(path[path.length - 1] == Metis, "NetswapRouter: INVALID_PATH");
        amounts = _amountsOf(amountOut, amountInMax, path);
        _take(path[0], msg.sender, _pairFor(path[0], path[1]), amounts[0]);
        _swap(amounts, path, address(this));
        _sendMetis(to, amounts[amounts.length - 1]);
    }

    /// For tokens that arrive as less than was sent: what the pool received counts.
    function swapExactTokensForTokensSupportingFeeOnTransferTokens(
        uint256 amountIn,
        uint256 amountOutMin,
        address[] calldata path,
        address to,
        uint256 deadline
    ) external ensure(deadline) {
        _take(path[0], msg.sender, _pairFor(path[0], path[1]), amountIn);
        IERC20 last = IERC20(path[path.length - 1]);
        uint256 before = last.balanceOf(to);
        for (uint256 i; i < path.length - 1; i++) {
            address next = i < path.length - 2 ? _pairFor(path[i + 1], path[i + 2]) : to;
            _swapReceived(path[i], path[i + 1], next);
        }
        require(
            last.balanceOf(to) - before >= amountOutMin,
            "NetswapRouter: INSUFFICIENT_OUTPUT_AMOUNT"
        );
    }

    function quote(
        uint256 amountA,
        uint256 reserveA,
        uint256 reserveB
    ) external pure returns (uint256 amountB) {
        return Lib.quote(amountA, reserveA, reserveB);
    }

    function getAmountOut(
        uint256 amountIn,
        uint256 reserveIn,
        uint256 reserveOut
    ) external view returns (uint256 amountOut) {
        return Lib.amountOut(amountIn, reserveIn, reserveOut, _feeRate());
    }

    function getAmountIn(
        uint256 amountOut,
        uint256 reserveIn,
        uint256 reserveOut
    ) external view returns (uint256 amountIn) {
        return Lib.neededIn(amountOut, reserveIn, reserveOut, _feeRate());
    }

    function getAmountsOut(
        uint256 amountIn,
        address[] memory path
    ) public view returns (uint256[] memory amounts) {
        require(path.length >= 2, "NetswapLibrary: INVALID_PATH");
        amounts = new uint256[](path.length);
        amounts[0] = amountIn;
        for (uint256 i; i < path.length - 1; i++) {
            (uint256 reserveIn, uint256 reserveOut) = _reserves(path[i], path[i + 1]);
            amounts[i + 1] = Lib.amountOut(amounts[i], reserveIn, reserveOut, _feeRate());
        }
    }

    function getAmountsIn(
        uint256 amountOut,
        address[] memory path
    ) public view returns (uint256[] memory amounts) {
        require(path.length >= 2, "NetswapLibrary: INVALID_PATH");
        amounts = new uint256[](path.length);
        amounts[path.length - 1] = amountOut;
        for (uint256 i = path.length - 1; i > 0; i--) {
            (uint256 reserveIn, uint256 reserveOut) = _reserves(path[i - 1], path[i]);
            amounts[i - 1] = Lib.neededIn(amounts[i], reserveIn, reserveOut, _feeRate());
        }
    }

    /// The largest two amounts within the desired ones that have the ratio of the pool.
    function _fit(
        address[2] memory tokens,
        uint256[2] memory desired,
        uint256[2] memory least
    ) private returns (address pair, uint256 amountA, uint256 amountB) {
        if (NetswapFactory(factory).getPair(tokens[0], tokens[1]) == address(0)) {
            NetswapFactory(factory).createPair(tokens[0], tokens[1]);
        }
        pair = _pairFor(tokens[0], tokens[1]);
        (uint256 reserveA, uint256 reserveB) = _reserves(tokens[0], tokens[1]);
        if (reserveA == 0 && reserveB == 0) return (pair, desired[0], desired[1]);
        uint256 fittingB = Lib.quote(desired[0], reserveA, reserveB);
        if (fittingB <= desired[1]) {
            require(fittingB >= least[1], "NetswapRouter: INSUFFICIENT_B_AMOUNT");
            return (pair, desired[0], fittingB);
        }
        uint256 fittingA = Lib.quote(desired[1], reserveB, reserveA);
        assert(fittingA <= desired[0]);
        require(fittingA >= least[0], "NetswapRouter: INSUFFICIENT_A_AMOUNT");
        return (pair, fittingA, desired[1]);
    }

    function _amountsFor(
        uint256 amountIn,
        uint256 least,
        address[] calldata path
    ) private view returns (uint256[] memory amounts) {
        amounts = getAmountsOut(amountIn, path);
        require(
            amounts[amounts.length - 1] >= least,
            "NetswapRouter: INSUFFICIENT_OUTPUT_AMOUNT"
        );
    }

    function _amountsOf(
        uint256 amountOut,
        uint256 most,
        address[] calldata path
    ) private view returns (uint256[] memory amounts) {
        amounts = getAmountsIn(amountOut, path);
        require(amounts[0] <= most, "NetswapRouter: EXCESSIVE_INPUT_AMOUNT");
    }

    function _swap(uint256[] memory amounts, address[] calldata path, address to) private {
        for (uint256 i; i < path.length - 1; i++) {
            address next = i < path.length - 2 ? _pairFor(path[i + 1], path[i + 2]) : to;
            IPair pair = IPair(_pairFor(path[i], path[i + 1]));
            _swapOne(pair, path[i], path[i + 1], amounts[i + 1], next);
        }
    }

    /// Swaps all that the pool holds above its reserve.
    function _swapReceived(address tokenIn, address tokenOut, address to) private {
        IPair pair = IPair(_pairFor(tokenIn, tokenOut));
        (uint256 reserveIn, uint256 reserveOut) = _reserves(tokenIn, tokenOut);
        uint256 received = IERC20(tokenIn).balanceOf(address(pair)) - reserveIn;
        uint256 out = Lib.amountOut(received, reserveIn, reserveOut, _feeRate());
        _swapOne(pair, tokenIn, tokenOut, out, to);
    }

    function _swapOne(
        IPair pair,
        address tokenIn,
        address tokenOut,
        uint256 out,
        address to
    ) private {
        (address token0, ) = Lib.sortTokens(tokenIn, tokenOut);
        (uint256 out0, uint256 out1) = tokenIn == token0
            ? (uint256(0), out)
            : (out, uint256(0));
        pair.swap(out0, out1, to, "");
    }

    function _reserves(
        address tokenA,
        address tokenB
    ) private view returns (uint256 reserveA, uint256 reserveB) {
        (address token0, ) = Lib.sortTokens(tokenA, tokenB);
        (uint256 reserve0, uint256 reserve1, ) = IPair(_pairFor(tokenA, tokenB)).getReserves();
        return tokenA == token0 ? (reserve0, reserve1) : (reserve1, reserve0);
    }

    function _pairFor(address tokenA, address tokenB) private view returns (address) {
        (address token0, address token1) = Lib.sortTokens(tokenA, tokenB);
        bytes32 salt = keccak256(abi.encodePacked(token0, token1));
        bytes32 made = keccak256(abi.encodePacked(hex"ff", factory, salt, pairCodeHash));
        return address(uint160(uint256(made)));
    }

    function _feeRate() private view returns (uint256) {
        return NetswapFactory(factory).feeRate();
    }

    function _take(address token, address from, address to, uint256 amount) private {
        (bool done, bytes memory answer) = token.call(
            abi.encodeCall(IERC20.transferFrom, (from, to, amount))
        );
        require(
            done && (answer.length == 0 || abi.decode(answer, (bool))),
            "TransferHelper: TRANSFER_FROM_FAILED"
        );
    }

    function _send(address token, address to, uint256 amount) private {
        (bool done, bytes memory answer) = token.call(
            abi.encodeCall(IERC20.transfer, (to, amount))
        );
        require(
            done && (answer.length == 0 || abi.decode(answer, (bool))),
            "TransferHelper: TRANSFER_FAILED"
        );
    }

    function _sendMetis(address to, uint256 amount) private {
        (bool done, ) = to.call{value: amount}("");
        require(done, "TransferHelper: METIS_TRANSFER_FAILED");
    }
}
