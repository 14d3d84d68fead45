// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IValueMarket {
    function borrowBalanceCurrent(address account) external returns (uint256);

    function repayBorrowBehalf(address borrower) external payable;
}

/// Repays a debt in the native coin to the last wei: the market itself refuses more than is owed, and
/// interest accrues until the block. It takes more, asks the market, and gives the rest back.
contract Maximillion {
    address public immutable cEther;

    constructor(address _cEther) {
        cEther = _cEther;
    }

    function repayBehalf(address borrower) external payable {
        repayBehalfExplicit(borrower, cEther);
    }

    function repayBehalfExplicit(address borrower, address cEther_) public payable {
        uint256 owed = IValueMarket(cEther_).borrowBalanceCurrent(borrower);
        uint256 paid = msg.value > owed ? owed : msg.value;
        IValueMarket(cEther_).repayBorrowBehalf{value: paid}(borrower);
        if (msg.value == paid) return;
        (bool done, ) = msg.sender.call{value: msg.value - paid}("");
        require(done, "refund failed");
    }
}
