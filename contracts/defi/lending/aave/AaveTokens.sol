// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {AaveMath} from "./AaveMath.sol";

interface IPoolOfToken {
    function getReserveNormalizedIncome(address asset) external view returns (uint256);

    function getReserveNormalizedVariableDebt(address asset) external view returns (uint256);

    function finalizeTransfer(
        address asset,
        address from,
        address to,
        uint256 amount,
        uint256 fromBefore,
        uint256 toBefore
    ) external;
}

/// A balance that grows with an index of the pool. What is stored is the balance at index 1.
abstract contract AaveScaledToken {
    using AaveMath for uint256;

    address public immutable POOL;
    address public immutable UNDERLYING_ASSET_ADDRESS;
    uint8 public immutable decimals;
    string public name;
    string public symbol;
    uint256 public scaledTotalSupply;
    mapping(address account => uint256) public scaledBalanceOf;

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    modifier onlyPool() {
        require(msg.sender == POOL, "23");
        _;
    }

    constructor(
        address _pool,
        address _asset,
        uint8 _decimals,
        string memory _name,
        string memory _symbol
    ) {
        POOL = _pool;
        UNDERLYING_ASSET_ADDRESS = _asset;
        decimals = _decimals;
        name = _name;
        symbol = _symbol;
    }

    function balanceOf(address account) public view returns (uint256) {
        return scaledBalanceOf[account].rayMul(_index());
    }

    function totalSupply() external view returns (uint256) {
        return scaledTotalSupply.rayMul(_index());
    }

    function _index() internal view virtual returns (uint256);

    function _mintScaled(address to, uint256 amount, uint256 index) internal returns (bool) {
        uint256 scaled = amount.rayDiv(index);
        require(scaled != 0, "24");
        bool isFirst = scaledBalanceOf[to] == 0;
        scaledBalanceOf[to] += scaled;
        scaledTotalSupply += scaled;
        emit Transfer(address(0), to, amount);
        return isFirst;
    }

    function _burnScaled(address from, uint256 amount, uint256 index) internal {
        uint256 scaled = amount.rayDiv(index);
        require(scaled != 0, "25");
        scaledBalanceOf[from] -= scaled;
        scaledTotalSupply -= scaled;
        emit Transfer(from, address(0), amount);
    }
}

/// The token of a supplier; it keeps the tokens of its reserve.
contract AToken is AaveScaledToken {
    using AaveMath for uint256;
    using SafeERC20 for IERC20;

    mapping(address owner => mapping(address spender => uint256)) public allowance;

    constructor(
        address _pool,
        address _asset,
        uint8 _decimals,
        string memory _name,
        string memory _symbol
    ) AaveScaledToken(_pool, _asset, _decimals, _name, _symbol) {}

    receive() external payable {}

    function mint(address to, uint256 amount, uint256 index) external onlyPool returns (bool) {
        return _mintScaled(to, amount, index);
    }

    function burn(address from, address to, uint256 amount, uint256 index) external onlyPool {
        _burnScaled(from, amount, index);
        if (to != address(this)) IERC20(UNDERLYING_ASSET_ADDRESS).safeTransfer(to, amount);
    }

    function transferUnderlyingTo(address to, uint256 amount) external onlyPool {
        IERC20(UNDERLYING_ASSET_ADDRESS).safeTransfer(to, amount);
    }

    /// Moves collateral to a liquidator; the pool has checked it.
    function transferOnLiquidation(address from, address to, uint256 amount) external onlyPool {
        _move(from, to, amount, false);
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        emit Approval(msg.sender, spender, amount);
        return true;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, to, amount, true);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        allowance[from][msg.sender] -= amount;
        _move(from, to, amount, true);
        return true;
    }

    function _move(address from, address to, uint256 amount, bool asksPool) private {
        uint256 fromBefore = balanceOf(from);
        uint256 toBefore = balanceOf(to);
        uint256 scaled = amount.rayDiv(_index());
        scaledBalanceOf[from] -= scaled;
        scaledBalanceOf[to] += scaled;
        if (asksPool) {
            IPoolOfToken(POOL).finalizeTransfer(
                UNDERLYING_ASSET_ADDRESS,
                from,
                to,
                amount,
                fromBefore,
                toBefore
            );
        }
        emit Transfer(from, to, amount);
    }

    function _index() internal view override returns (uint256) {
        return IPoolOfToken(POOL).getReserveNormalizedIncome(UNDERLYING_ASSET_ADDRESS);
    }
}

/// The debt of a borrower. It cannot be handed on.
contract VariableDebtToken is AaveScaledToken {
    constructor(
        address _pool,
        address _asset,
        uint8 _decimals,
        string memory _name,
        string memory _symbol
    ) AaveScaledToken(_pool, _asset, _decimals, _name, _symbol) {}

    function mint(address to, uint256 amount, uint256 index) external onlyPool returns (bool) {
        return _mintScaled(to, amount, index);
    }

    function burn(address from, uint256 amount, uint256 index) external onlyPool {
        _burnScaled(from, amount, index);
    }

    function transfer(address, uint256) external pure returns (bool) {
        revert("80");
    }

    function transferFrom(address, address, uint256) external pure returns (bool) {
        revert("80");
    }

    function approve(address, uint256) external pure returns (bool) {
        revert("80");
    }

    function allowance(address, address) external pure returns (uint256) {
        revert("80");
    }

    function _index() internal view override returns (uint256) {
        return IPoolOfToken(POOL).getReserveNormalizedVariableDebt(UNDERLYING_ASSET_ADDRESS);
    }
}
