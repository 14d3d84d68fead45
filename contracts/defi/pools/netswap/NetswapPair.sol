// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {NetswapShares} from "./NetswapShares.sol";

interface IFeeOfPairs {
    function feeTo() external view returns (address);

    function feeRate() external view returns (uint256);
}

interface INetswapCallee {
    function netswapCall(
        address sender,
        uint256 amount0,
        uint256 amount1,
        bytes calldata data
    ) external;
}

/// Two tokens in a pool with a constant product. Whoever calls sends tokens first; the pool finds
/// them by comparing its balances with the reserves it last wrote down.
contract NetswapPair is NetswapShares {
    /// Minted to nobody by the first deposit, so that a share never becomes too dear to buy.
    uint256 public constant MINIMUM_LIQUIDITY = 1000;

    address public immutable factory;
    address public token0;
    address public token1;

    uint112 private reserve0;
    uint112 private reserve1;
    uint32 private blockTimestampLast;

    /// Sums of price times seconds, with 112 binary places. Both may wrap around.
    uint256 public price0CumulativeLast;
    uint256 public price1CumulativeLast;
    /// Product of the reserves after the last deposit or withdrawal; 0 while there is no fee.
    uint256 public kLast;

    bool private entered;

    event Mint(address indexed sender, uint256 amount0, uint256 amount1);
    event Burn(address indexed sender, uint256 amount0, uint256 amount1, address indexed to);
    event Swap(
        address indexed sender,
        uint256 amount0In,
        uint256 amount1In,
        uint256 amount0Out,
        uint256 amount1Out,
        address indexed to
    );
    event Sync(uint112 reserve0, uint112 reserve1);

    modifier lock() {
        require(!entered, "Netswap: LOCKED");
        entered = true;
        _;
        entered = false;
    }

    constructor() {
        factory = msg.sender;
    }

    /// METIS arrives as a token and is the native coin.
    receive() external payable {}

    function initialize(address _token0, address _token1) external {
        require(msg.sender == factory, "Netswap: FORBIDDEN");
        token0 = _token0;
        token1 = _token1;
    }

    function mint(address to) external lock returns (uint256 liquidity) {
        (uint256 held0, uint256 held1) = _held();
        uint256 amount0 = held0 - reserve0;
        uint256 amount1 = held1 - reserve1;
        bool feeOn = _mintFee();
        uint256 supply = totalSupply;
        if (supply == 0) {
            liquidity = _less(Math.sqrt(amount0 * amount1), MINIMUM_LIQUIDITY);
            _mint(address(0), MINIMUM_LIQUIDITY);
        } else {
            liquidity = Math.min((amount0 * supply) / reserve0, (amount1 * supply) / reserve1);
        }
        require(liquidity > 0, "Netswap: INSUFFICIENT_LIQUIDITY_MINTED");
        _mint(to, liquidity);
        _update(held0, held1);
        if (feeOn) kLast = uint256(reserve0) * reserve1;
        emit Mint(msg.sender, amount0, amount1);
    }

    /// Burns the shares that were sent here.
    function burn(address to) external lock returns (uint256 amount0, uint256 amount1) {
        (uint256 held0, uint256 held1) = _held();
        uint256 liquidity = balanceOf[address(this)];
        bool feeOn = _mintFee();
        amount0 = (liquidity * held0) / totalSupply;
        amount1 = (liquidity * held1) / totalSupply;
        require(amount0 > 0 && amount1 > 0, "Netswap: INSUFFICIENT_LIQUIDITY_BURNED");
        _burn(address(this), liquidity);
        _pay(token0, to, amount0);
        _pay(token1, to, amount1);
        (held0, held1) = _held();
        _update(held0, held1);
        if (feeOn) kLast = uint256(reserve0) * reserve1;
        emit Burn(msg.sender, amount0, amount1, to);
    }

    function swap(
        uint256 amount0Out,
        uint256 amount1Out,
        address to,
        bytes calldata data
    ) external lock {
        require(amount0Out > 0 || amount1Out > 0, "Netswap: INSUFFICIENT_OUTPUT_AMOUNT");
        require(
            amount0Out < reserve0 && amount1Out < reserve1,
            "Netswap: INSUFFICIENT_LIQUIDITY"
        );
        require(to != token0 && to != token1, "Netswap: INVALID_TO");
        if (amount0Out > 0) _pay(token0, to, amount0Out);
        if (amount1Out > 0) _pay(token1, to, amount1Out);
        if (data.length > 0) {
            INetswapCallee(to).netswapCall(msg.sender, amount0Out, amount1Out, data);
        }
        (uint256 held0, uint256 held1) = _held();
        uint256 amount0In = _above(held0, reserve0 - amount0Out);
        uint256 amount1In = _above(held1, reserve1 - amount1Out);
        require(amount0In > 0 || amount1In > 0, "Netswap: INSUFFICIENT_INPUT_AMOUNT");
        _requireProduct(held0, held1, amount0In, amount1In);
        _update(held0, held1);
        emit Swap(msg.sender, amount0In, amount1In, amount0Out, amount1Out, to);
    }

    function skim(address to) external lock {
        (uint256 held0, uint256 held1) = _held();
        _pay(token0, to, held0 - reserve0);
        _pay(token1, to, held1 - reserve1);
    }

    function sync() external lock {
        (uint256 held0, uint256 held1) = _held();
        _update(held0, held1);
    }

    function getReserves()
        external
        view
        returns (uint112 _reserve0, uint112 _reserve1, uint32 _blockTimestampLast)
    {
        return (reserve0, reserve1, blockTimestampLast);
    }

    /// The product may not fall when the fee is left out of what came in.
    function _requireProduct(
        uint256 held0,
        uint256 held1,
        uint256 amount0In,
        uint256 amount1In
    ) private view {
        uint256 rate = IFeeOfPairs(factory).feeRate();
        uint256 left = held0 * 1000 - amount0In * rate;
        uint256 right = held1 * 1000 - amount1In * rate;
        require(left * right >= uint256(reserve0) * reserve1 * 1000 ** 2, "Netswap: K");
    }

    function _update(uint256 held0, uint256 held1) private {
        require(
            held0 <= type(uint112).max && held1 <= type(uint112).max,
            "Netswap: OVERFLOW"
        );
        unchecked {
            uint32 time = uint32(block.timestamp);
            uint32 elapsed = time - blockTimestampLast;
            if (elapsed > 0 && reserve0 != 0 && reserve1 != 0) {
                price0CumulativeLast += ((uint256(reserve1) << 112) / reserve0) * elapsed;
                price1CumulativeLast += ((uint256(reserve0) << 112) / reserve1) * elapsed;
            }
            blockTimestampLast = time;
        }
        reserve0 = uint112(held0);
        reserve1 = uint112(held1);
        emit Sync(reserve0, reserve1);
    }

    /// With a fee recipient it receives a sixth of what the pool has earned since kLast.
    function _mintFee() private returns (bool feeOn) {
        address feeTo = IFeeOfPairs(factory).feeTo();
        feeOn = feeTo != address(0);
        if (!feeOn) {
            if (kLast != 0) kLast = 0;
            return false;
        }
        if (kLast == 0) return true;
        uint256 rootNow = Math.sqrt(uint256(reserve0) * reserve1);
        uint256 rootThen = Math.sqrt(kLast);
        if (rootNow <= rootThen) return true;
        uint256 shares = (totalSupply * (rootNow - rootThen)) / (rootNow * 5 + rootThen);
        if (shares > 0) _mint(feeTo, shares);
    }

    function _held() private view returns (uint256, uint256) {
        return (
            IERC20(token0).balanceOf(address(this)),
            IERC20(token1).balanceOf(address(this))
        );
    }

    function _above(uint256 held, uint256 expected) private pure returns (uint256) {
        return held > expected ? held - expected : 0;
    }

    function _pay(address token, address to, uint256 amount) private {
        (bool done, bytes memory answer) = token.call(
            abi.encodeCall(IERC20.transfer, (to, amount))
        );
        require(
            done && (answer.length == 0 || abi.decode(answer, (bool))),
            "Netswap: TRANSFER_FAILED"
        );
    }
}
