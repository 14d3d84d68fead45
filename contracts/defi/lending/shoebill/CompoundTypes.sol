// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// The questions of the markets to the comptroller before they act; the answer is an error number, 0 for none.
interface IComptroller {
    function mintAllowed(address cToken) external view returns (uint256);

    function redeemAllowed(
        address cToken,
        address redeemer,
        uint256 redeemTokens
    ) external view returns (uint256);

    function borrowAllowed(
        address cToken,
        address borrower,
        uint256 amount
    ) external returns (uint256);

    function liquidateAllowed(
        address cTokenBorrowed,
        address cTokenCollateral,
        address borrower,
        uint256 amount
    ) external view returns (uint256);

    function seizeTokens(
        address cTokenBorrowed,
        address cTokenCollateral,
        uint256 amount
    ) external view returns (uint256);

    function isListed(address cToken) external view returns (bool);
}

/// Error numbers of the markets.
library CError {
    uint256 internal constant NO_ERROR = 0;
    uint256 internal constant COMPTROLLER_REJECTION = 3;
    uint256 internal constant INVALID_ACCOUNT_PAIR = 6;
    uint256 internal constant MATH_ERROR = 9;
    uint256 internal constant TOKEN_INSUFFICIENT_CASH = 14;
}

/// Where a market failed.
library CFailure {
    uint256 internal constant BORROW_CASH_NOT_AVAILABLE = 9;
    uint256 internal constant BORROW_COMPTROLLER_REJECTION = 14;
    uint256 internal constant LIQUIDATE_COMPTROLLER_REJECTION = 18;
    uint256 internal constant LIQUIDATE_LIQUIDATOR_IS_BORROWER = 23;
    uint256 internal constant MINT_COMPTROLLER_REJECTION = 31;
    uint256 internal constant REDEEM_COMPTROLLER_REJECTION = 40;
    uint256 internal constant REDEEM_TRANSFER_OUT_NOT_POSSIBLE = 47;
}

/// Error numbers of the comptroller.
library ComptrollerError {
    uint256 internal constant NO_ERROR = 0;
    uint256 internal constant INSUFFICIENT_SHORTFALL = 3;
    uint256 internal constant INSUFFICIENT_LIQUIDITY = 4;
    uint256 internal constant MARKET_NOT_LISTED = 9;
    uint256 internal constant NONZERO_BORROW_BALANCE = 12;
    uint256 internal constant PRICE_ERROR = 13;
    uint256 internal constant REJECTION = 14;
    uint256 internal constant TOO_MUCH_REPAY = 17;
}
