// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {CToken} from "./CToken.sol";

/// The market of the native coin. What is paid in is the value of the call, and a refusal of it
/// reverts, since a number could not give the value back.
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
        require(msg.value <= borrowBalanceStored(msg.sender), "repayBorrow failed");
        _repaid(msg.sender, msg.sender, msg.value);
    }

    function liquidateBorrow(address borrower, address cTokenCollateral) external payable {
        accrueInterest();
        CToken(cTokenCollateral).accrueInterest();
        require(_liquidate(borrower, msg.value, cTokenCollateral) == 0, "liquidateBorrow failed");
        _repaid(msg.sender, borrower, msg.value);
        _seize(borrower, msg.value, cTokenCollateral);
    }

    function _cash() internal view override returns (uint256) {
        return address(this).balance - msg.value;
    }

    function _mintValue() private {
        accrueInterest();
        require(_mintAllowed() == 0, "mint failed");
        _mintFor(msg.sender, msg.value, exchangeRateStored());
    }

    function _pay(address payable to, uint256 amount) internal override {
        (bool done, ) = to.call{value: amount}("");
        require(done, "doTransferOut failed");
    }
}
