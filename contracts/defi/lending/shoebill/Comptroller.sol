// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {CToken} from "./CToken.sol";
import {ComptrollerError as Error} from "./CompoundTypes.sol";

interface IPriceOracle {
    function getUnderlyingPrice(address cToken) external view returns (uint256);
}

/// The rules of all markets: which count as collateral for whom, and how much may be owed.
contract Comptroller is Ownable {
    uint256 private constant WAD = 1e18;

    struct Market {
        bool isListed;
        uint256 collateralFactorMantissa;
    }

    /// Dollars with 18 decimals.
    struct Sum {
        uint256 collateral;
        uint256 debt;
        bool lacksPrice;
    }

    address public immutable oracle;
    uint256 public closeFactorMantissa = 0.5e18;
    uint256 public liquidationIncentiveMantissa = 1.08e18;
    mapping(address cToken => Market) public markets;
    mapping(address cToken => bool) public mintGuardianPaused;
    mapping(address cToken => bool) public borrowGuardianPaused;
    mapping(address account => mapping(address cToken => bool)) private members;
    mapping(address account => address[]) private assetsIn;
    address[] private allMarkets;

    event MarketEntered(address cToken, address account);
    event MarketExited(address cToken, address account);

    struct Listing {
        address cToken;
        uint256 collateralFactorMantissa;
    }

    constructor(address _oracle, Listing[] memory listings, address _owner) {
        oracle = _oracle;
        for (uint256 i; i < listings.length; i++) {
            markets[listings[i].cToken] = Market(true, listings[i].collateralFactorMantissa);
            allMarkets.push(listings[i].cToken);
        }
        _transferOwnership(_owner);
    }

    function setCollateralFactor(address cToken, uint256 factor) external onlyOwner {
        markets[cToken].collateralFactorMantissa = factor;
    }

    function setMintPaused(address cToken, bool paused) external onlyOwner {
        mintGuardianPaused[cToken] = paused;
    }

    function setBorrowPaused(address cToken, bool paused) external onlyOwner {
        borrowGuardianPaused[cToken] = paused;
    }

    function enterMarkets(address[] calldata cTokens) external returns (uint256[] memory results) {
        results = new uint256[](cTokens.length);
        for (uint256 i; i < cTokens.length; i++) results[i] = _enter(cTokens[i], msg.sender);
    }

    function exitMarket(address cToken) external returns (uint256) {
        (, uint256 tokens, uint256 owed, ) = CToken(cToken).getAccountSnapshot(msg.sender);
        if (owed != 0) return Error.NONZERO_BORROW_BALANCE;
        uint256 refused = redeemAllowed(cToken, msg.sender, tokens);
        if (refused != 0) return Error.REJECTION;
        if (!members[msg.sender][cToken]) return Error.NO_ERROR;
        members[msg.sender][cToken] = false;
        address[] storage list = assetsIn[msg.sender];
        for (uint256 i; i < list.length; i++) {
            if (list[i] != cToken) continue;
            list[i] = list[list.length - 1];
            list.pop();
            break;
        }
        emit MarketExited(cToken, msg.sender);
        return Error.NO_ERROR;
    }

    function mintAllowed(address cToken) external view returns (uint256) {
        require(!mintGuardianPaused[cToken], "mint is paused");
        return markets[cToken].isListed ? Error.NO_ERROR : Error.MARKET_NOT_LISTED;
    }

    function redeemAllowed(
        address cToken,
        address redeemer,
        uint256 redeemTokens
    ) public view returns (uint256) {
        if (!markets[cToken].isListed) return Error.MARKET_NOT_LISTED;
        if (!members[redeemer][cToken]) return Error.NO_ERROR;
        (, , uint256 shortfall) = getHypotheticalAccountLiquidity(
            redeemer,
            cToken,
            redeemTokens,
            0
        );
        return shortfall > 0 ? Error.INSUFFICIENT_LIQUIDITY : Error.NO_ERROR;
    }

    /// A first loan enters the market by itself.
    function borrowAllowed(
        address cToken,
        address borrower,
        uint256 amount
    ) external returns (uint256) {
        require(!borrowGuardianPaused[cToken], "borrow is paused");
        if (!markets[cToken].isListed) return Error.MARKET_NOT_LISTED;
        if (!members[borrower][cToken]) {
            require(msg.sender == cToken, "sender must be cToken");
            _enter(cToken, borrower);
        }
        if (IPriceOracle(oracle).getUnderlyingPrice(cToken) == 0) return Error.PRICE_ERROR;
        (, , uint256 shortfall) = getHypotheticalAccountLiquidity(borrower, cToken, 0, amount);
        return shortfall > 0 ? Error.INSUFFICIENT_LIQUIDITY : Error.NO_ERROR;
    }

    function liquidateAllowed(
        address cTokenBorrowed,
        address cTokenCollateral,
        address borrower,
        uint256 amount
    ) external view returns (uint256) {
        if (!markets[cTokenBorrowed].isListed || !markets[cTokenCollateral].isListed) {
            return Error.MARKET_NOT_LISTED;
        }
        (, , uint256 shortfall) = getAccountLiquidity(borrower);
        if (shortfall == 0) return Error.INSUFFICIENT_SHORTFALL;
        uint256 owed = CToken(cTokenBorrowed).borrowBalanceStored(borrower);
        if (amount > (closeFactorMantissa * owed) / WAD) return Error.TOO_MUCH_REPAY;
        return Error.NO_ERROR;
    }

    function seizeTokens(
        address cTokenBorrowed,
        address cTokenCollateral,
        uint256 amount
    ) external view returns (uint256) {
        uint256 owedPrice = IPriceOracle(oracle).getUnderlyingPrice(cTokenBorrowed);
        uint256 heldPrice = IPriceOracle(oracle).getUnderlyingPrice(cTokenCollateral);
        uint256 rate = CToken(cTokenCollateral).exchangeRateStored();
        uint256 numerator = (liquidationIncentiveMantissa * owedPrice) / WAD;
        uint256 denominator = (heldPrice * rate) / WAD;
        return (((numerator * WAD) / denominator) * amount) / WAD;
    }

    function isListed(address cToken) external view returns (bool) {
        return markets[cToken].isListed;
    }

    function getAllMarkets() external view returns (address[] memory) {
        return allMarkets;
    }

    function getAssetsIn(address account) external view returns (address[] memory) {
        return assetsIn[account];
    }

    function checkMembership(address account, address cToken) external view returns (bool) {
        return members[account][cToken];
    }

    function getAccountLiquidity(
        address account
    ) public view returns (uint256 err, uint256 liquidity, uint256 shortfall) {
        return getHypotheticalAccountLiquidity(account, address(0), 0, 0);
    }

    function getHypotheticalAccountLiquidity(
        address account,
        address cTokenModify,
        uint256 redeemTokens,
        uint256 borrowAmount
    ) public view returns (uint256 err, uint256 liquidity, uint256 shortfall) {
        Sum memory sum;
        address[] memory list = assetsIn[account];
        for (uint256 i; i < list.length; i++) {
            bool isModified = list[i] == cTokenModify;
            _add(
                sum,
                list[i],
                account,
                isModified ? redeemTokens : 0,
                isModified ? borrowAmount : 0
            );
        }
        if (sum.lacksPrice) return (Error.PRICE_ERROR, 0, 0);
        if (sum.collateral > sum.debt) return (Error.NO_ERROR, sum.collateral - sum.debt, 0);
        return (Error.NO_ERROR, 0, sum.debt - sum.collateral);
    }

    /// Adds what an account has in a market, after it redeemed and borrowed more.
    function _add(
        Sum memory sum,
        address cToken,
        address account,
        uint256 redeemTokens,
        uint256 borrowAmount
    ) private view {
        (, uint256 held, uint256 owed, uint256 rate) = CToken(cToken).getAccountSnapshot(account);
        uint256 price = IPriceOracle(oracle).getUnderlyingPrice(cToken);
        uint256 factor = markets[cToken].collateralFactorMantissa;
        uint256 perToken = (((factor * rate) / WAD) * price) / WAD;
        if (price == 0) sum.lacksPrice = true;
        sum.collateral += (perToken * held) / WAD;
        sum.debt += (price * owed) / WAD;
        sum.debt += (perToken * redeemTokens) / WAD + (price * borrowAmount) / WAD;
    }

    function _enter(address cToken, address account) private returns (uint256) {
        if (!markets[cToken].isListed) return Error.MARKET_NOT_LISTED;
        if (members[account][cToken]) return Error.NO_ERROR;
        members[account][cToken] = true;
        assetsIn[account].push(cToken);
        emit MarketEntered(cToken, account);
        return Error.NO_ERROR;
    }
}
