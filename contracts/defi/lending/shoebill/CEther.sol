// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {CToken} from "./CToken.sol";
import {CError} from "./CompoundTypes.sol";

/// The market of the native coin. What is paid in is the value of the call, and a refusal of it
/// reverts, since a number could not give the value back: it follows the words.
contract CEther is CToken {
    constructor(
        string memory _name,
        string memory _symbol,
        address _comptroller,
        Terms memory terms
    ) CToken(_name, _symbol, _comptroller, terms) {}

    /// Somebody sent the coin alone: it counts as a supply.
    receive() external payable {
        _mintValue();
    }

    function mint() external payable {
        _mintValue();
    }

    function repayBorrow() external payable {
        accrueInterest();
        require(msg.value <= borrowBalanceStored(msg.sender), "repayBorrow failed (09)");
        _repaid(msg.sender, msg.sender, msg.value);
    }

    /// Anyone may repay for another account.
    function repayBorrowBehalf(address borrower) external payable {
        accrueInterest();
        require(msg.value <= borrowBalanceStored(borrower), "repayBorrowBehalf failed (09)");
        _repaid(msg.sender, borrower, msg.value);
    }

    function liquidateBorrow(address borrower, address cTokenCollateral) external payable {
        accrueInterest();
        CToken(cTokenCollateral).accrueInterest();
        uint256 refused = _liquidate(borrower, msg.value, cTokenCollateral);
        require(refused != CError.INVALID_ACCOUNT_PAIR, "liquidateBorrow failed (06)");
        require(refused == CError.NO_ERROR, "liquidateBorrow failed (03)");
        _repaid(msg.sender, borrower, msg.value);
        _seize(borrower, msg.value, cTokenCollateral);
    }

    function _cash() internal view override returns (uint256) {
        return address(this).balance - msg.value;
    }

    function _mintValue() private {
        accrueInterest();
        require(_mintAllowed() == CError.NO_ERROR, "mint failed (03)");
        _mintFor(msg.sender, msg.value, exchangeRateStored());
    }

    function _pay(address payable to, uint256 amount) internal override {
        (bool done, ) = to.call{value: amount}("");
        require(done, "doTransferOut failed");
    }
}
