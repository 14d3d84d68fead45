// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {CToken} from "./CToken.sol";

/// A market of a token.
contract CErc20 is CToken {
    using SafeERC20 for IERC20;

    address public immutable underlying;

    constructor(
        address _underlying,
        string memory _name,
        string memory _symbol,
        address _comptroller,
        Terms memory terms
    ) CToken(_name, _symbol, _comptroller, terms) {
        underlying = _underlying;
    }

    function mint(uint256 mintAmount) external returns (uint256) {
        accrueInterest();
        uint256 refused = _mintAllowed();
        if (refused != 0) return refused;
        uint256 rate = exchangeRateStored();
        IERC20(underlying).safeTransferFrom(msg.sender, address(this), mintAmount);
        _mintFor(msg.sender, mintAmount, rate);
        return 0;
    }

    /// The largest number repays everything.
    function repayBorrow(uint256 repayAmount) external returns (uint256) {
        accrueInterest();
        uint256 amount = repayAmount == type(uint256).max
            ? borrowBalanceStored(msg.sender)
            : repayAmount;
        IERC20(underlying).safeTransferFrom(msg.sender, address(this), amount);
        _repaid(msg.sender, msg.sender, amount);
        return 0;
    }

    function liquidateBorrow(
        address borrower,
        uint256 repayAmount,
        address cTokenCollateral
    ) external returns (uint256) {
        accrueInterest();
        CToken(cTokenCollateral).accrueInterest();
        uint256 refused = _liquidate(borrower, repayAmount, cTokenCollateral);
        if (refused != 0) return refused;
        IERC20(underlying).safeTransferFrom(msg.sender, address(this), repayAmount);
        _repaid(msg.sender, borrower, repayAmount);
        _seize(borrower, repayAmount, cTokenCollateral);
        return 0;
    }

    function _cash() internal view override returns (uint256) {
        return IERC20(underlying).balanceOf(address(this));
    }

    function _pay(address payable to, uint256 amount) internal override {
        IERC20(underlying).safeTransfer(to, amount);
    }
}
