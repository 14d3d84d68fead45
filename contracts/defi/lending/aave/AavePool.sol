// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {AaveMath} from "./AaveMath.sol";
import {AaveReserves} from "./AaveReserves.sol";
import {AToken, VariableDebtToken} from "./AaveTokens.sol";
import {
    AaveBits,
    ReserveConfigurationMap,
    ReserveData,
    UserConfigurationMap
} from "./AaveTypes.sol";

/// People supply tokens, and borrow others against them. Every refusal is a number, as in Aave.
contract AavePool is AaveReserves {
    using AaveBits for ReserveConfigurationMap;
    using AaveBits for uint256;
    using AaveMath for uint256;
    using SafeERC20 for IERC20;

    struct Account {
        uint256 collateralBase;
        uint256 debtBase;
        uint256 ltv;
        uint256 threshold;
        uint256 healthFactor;
        bool hasZeroLtv;
    }

    uint256 private constant CLOSE_FACTOR_THRESHOLD = 0.95e18;
    uint256 private constant VARIABLE = 2;

    mapping(address user => UserConfigurationMap) private users;

    event Supply(
        address indexed reserve,
        address user,
        address indexed onBehalfOf,
        uint256 amount,
        uint16 indexed referralCode
    );
    event Withdraw(
        address indexed reserve,
        address indexed user,
        address indexed to,
        uint256 amount
    );
    event Borrow(
        address indexed reserve,
        address user,
        address indexed onBehalfOf,
        uint256 amount,
        uint8 interestRateMode,
        uint256 borrowRate,
        uint16 indexed referralCode
    );
    event Repay(
        address indexed reserve,
        address indexed user,
        address indexed repayer,
        uint256 amount,
        bool useATokens
    );
    event LiquidationCall(
        address indexed collateralAsset,
        address indexed debtAsset,
        address indexed user,
        uint256 debtToCover,
        uint256 liquidatedCollateralAmount,
        address liquidator,
        bool receiveAToken
    );
    event ReserveUsedAsCollateralEnabled(address indexed reserve, address indexed user);
    event ReserveUsedAsCollateralDisabled(address indexed reserve, address indexed user);

    constructor(
        address _oracle,
        address _owner,
        NewReserve[] memory added
    ) AaveReserves(_oracle, _owner, added) {}

    function supply(
        address asset,
        uint256 amount,
        address onBehalfOf,
        uint16 referralCode
    ) external {
        _accrue(asset);
        ReserveData storage reserve = reserves[asset];
        require(amount != 0, "26");
        _requireOpen(reserve, true);
        _requireBelowSupplyCap(asset, amount);
        _updateRates(asset, amount, 0);
        IERC20(asset).safeTransferFrom(msg.sender, reserve.aTokenAddress, amount);
        bool isFirst = AToken(payable(reserve.aTokenAddress)).mint(
            onBehalfOf,
            amount,
            reserve.liquidityIndex
        );
        // A reserve that adds no borrowing power does not become collateral by itself.
        if (isFirst && reserve.configuration.read(AaveBits.LTV, 16) != 0) {
            _useAsCollateral(asset, onBehalfOf, true);
        }
        emit Supply(asset, msg.sender, onBehalfOf, amount, referralCode);
    }

    function withdraw(address asset, uint256 amount, address to) external returns (uint256) {
        _accrue(asset);
        ReserveData storage reserve = reserves[asset];
        AToken aToken = AToken(payable(reserve.aTokenAddress));
        uint256 held = aToken.balanceOf(msg.sender);
        uint256 taken = amount == type(uint256).max ? held : amount;
        require(taken != 0, "26");
        require(taken <= held, "32");
        _requireOpen(reserve, false);
        _updateRates(asset, 0, taken);
        bool counts = users[msg.sender].data.counts(reserve.id);
        if (counts && taken == held) _useAsCollateral(asset, msg.sender, false);
        aToken.burn(msg.sender, to, taken, reserve.liquidityIndex);
        if (counts && _borrowsAny(msg.sender)) _requireHealthy(asset, msg.sender);
        emit Withdraw(asset, msg.sender, to, taken);
        return taken;
    }

    /// Only for the caller: credit delegation is left out.
    function borrow(
        address asset,
        uint256 amount,
        uint256 interestRateMode,
        uint16 referralCode,
        address onBehalfOf
    ) external {
        require(onBehalfOf == msg.sender, "59");
        _accrue(asset);
        ReserveData storage reserve = reserves[asset];
        require(amount != 0, "26");
        _requireOpen(reserve, true);
        require(reserve.configuration.has(AaveBits.BORROWING), "30");
        require(interestRateMode == VARIABLE, "33");
        _requireBelowBorrowCap(asset, amount);
        _requireCovered(asset, amount, onBehalfOf);
        bool isFirst = VariableDebtToken(reserve.variableDebtTokenAddress).mint(
            onBehalfOf,
            amount,
            reserve.variableBorrowIndex
        );
        if (isFirst) users[onBehalfOf].data |= 1 << (2 * reserve.id);
        _updateRates(asset, 0, amount);
        AToken(payable(reserve.aTokenAddress)).transferUnderlyingTo(msg.sender, amount);
        emit Borrow(
            asset,
            msg.sender,
            onBehalfOf,
            amount,
            uint8(interestRateMode),
            reserve.currentVariableBorrowRate,
            referralCode
        );
    }

    function repay(
        address asset,
        uint256 amount,
        uint256 interestRateMode,
        address onBehalfOf
    ) external returns (uint256) {
        _accrue(asset);
        ReserveData storage reserve = reserves[asset];
        VariableDebtToken debtToken = VariableDebtToken(reserve.variableDebtTokenAddress);
        uint256 owed = debtToken.balanceOf(onBehalfOf);
        require(amount != 0, "26");
        require(amount != type(uint256).max || msg.sender == onBehalfOf, "40");
        _requireOpen(reserve, false);
        require(owed != 0 && interestRateMode == VARIABLE, "39");
        uint256 paid = amount < owed ? amount : owed;
        debtToken.burn(onBehalfOf, paid, reserve.variableBorrowIndex);
        _updateRates(asset, paid, 0);
        if (paid == owed) users[onBehalfOf].data &= ~(uint256(1) << (2 * reserve.id));
        IERC20(asset).safeTransferFrom(msg.sender, reserve.aTokenAddress, paid);
        emit Repay(asset, onBehalfOf, msg.sender, paid, false);
        return paid;
    }

    function setUserUseReserveAsCollateral(address asset, bool useAsCollateral) external {
        ReserveData storage reserve = reserves[asset];
        require(AToken(payable(reserve.aTokenAddress)).balanceOf(msg.sender) != 0, "43");
        _requireOpen(reserve, false);
        if (useAsCollateral == users[msg.sender].data.counts(reserve.id)) return;
        require(!useAsCollateral || reserve.configuration.read(AaveBits.LTV, 16) != 0, "62");
        _useAsCollateral(asset, msg.sender, useAsCollateral);
        if (!useAsCollateral && _borrowsAny(msg.sender)) _requireHealthy(asset, msg.sender);
    }

    function liquidationCall(
        address collateralAsset,
        address debtAsset,
        address user,
        uint256 debtToCover,
        bool receiveAToken
    ) external {
        _accrue(debtAsset);
        if (collateralAsset != debtAsset) _accrue(collateralAsset);
        (uint256 debt, uint256 collateral) = _liquidatable(
            collateralAsset,
            debtAsset,
            user,
            debtToCover
        );
        _repayFor(debtAsset, user, debt);
        _seize(collateralAsset, user, collateral, receiveAToken);
        emit LiquidationCall(
            collateralAsset,
            debtAsset,
            user,
            debt,
            collateral,
            msg.sender,
            receiveAToken
        );
    }

    /// Called by an aToken after a transfer.
    function finalizeTransfer(
        address asset,
        address from,
        address to,
        uint256 amount,
        uint256 fromBefore,
        uint256 toBefore
    ) external {
        ReserveData storage reserve = reserves[asset];
        require(msg.sender == reserve.aTokenAddress, "11");
        require(!reserve.configuration.has(AaveBits.PAUSED), "29");
        if (from == to || amount == 0) return;
        if (users[from].data.counts(reserve.id)) {
            if (_borrowsAny(from)) _requireHealthy(asset, from);
            if (fromBefore == amount) _useAsCollateral(asset, from, false);
        }
        if (toBefore == 0 && reserve.configuration.read(AaveBits.LTV, 16) != 0) {
            _useAsCollateral(asset, to, true);
        }
    }

    function getUserAccountData(
        address user
    )
        external
        view
        returns (
            uint256 totalCollateralBase,
            uint256 totalDebtBase,
            uint256 availableBorrowsBase,
            uint256 currentLiquidationThreshold,
            uint256 ltv,
            uint256 healthFactor
        )
    {
        Account memory account = _account(user);
        uint256 power = account.collateralBase.percentMul(account.ltv);
        uint256 free = power > account.debtBase ? power - account.debtBase : 0;
        return (
            account.collateralBase,
            account.debtBase,
            free,
            account.threshold,
            account.ltv,
            account.healthFactor
        );
    }

    function getUserConfiguration(
        address user
    ) external view returns (UserConfigurationMap memory) {
        return users[user];
    }

    function _account(address user) private view returns (Account memory account) {
        uint256 flags = users[user].data;
        for (uint256 id; id < list.length; id++) {
            if (!flags.borrows(id) && !flags.counts(id)) continue;
            ReserveData storage reserve = reserves[list[id]];
            uint256 price = oracle.getAssetPrice(list[id]);
            uint256 unit = 10 ** reserve.configuration.read(AaveBits.DECIMALS, 8);
            if (flags.counts(id)) {
                uint256 threshold = reserve.configuration.read(AaveBits.THRESHOLD, 16);
                uint256 ltv = reserve.configuration.read(AaveBits.LTV, 16);
                uint256 held = AToken(payable(reserve.aTokenAddress)).balanceOf(user);
                uint256 value = (held * price) / unit;
                if (threshold != 0) {
                    account.collateralBase += value;
                    account.ltv += value * ltv;
                    account.hasZeroLtv = account.hasZeroLtv || ltv == 0;
                    account.threshold += value * threshold;
                }
            }
            if (flags.borrows(id)) {
                uint256 owed = VariableDebtToken(reserve.variableDebtTokenAddress).balanceOf(
                    user
                );
                account.debtBase += (owed * price) / unit;
            }
        }
        if (account.collateralBase != 0) {
            account.ltv /= account.collateralBase;
            account.threshold /= account.collateralBase;
        }
        account.healthFactor = account.debtBase == 0
            ? type(uint256).max
            : account.collateralBase.percentMul(account.threshold).wadDiv(account.debtBase);
    }

    function _requireOpen(ReserveData storage reserve, bool orFrozen) private view {
        require(reserve.configuration.has(AaveBits.ACTIVE), "27");
        require(!reserve.configuration.has(AaveBits.PAUSED), "29");
        require(!orFrozen || !reserve.configuration.has(AaveBits.FROZEN), "28");
    }

    function _requireBelowSupplyCap(address asset, uint256 amount) private view {
        ReserveData storage reserve = reserves[asset];
        uint256 cap = reserve.configuration.read(AaveBits.SUPPLY_CAP, 36);
        if (cap == 0) return;
        uint256 scaled = AToken(payable(reserve.aTokenAddress)).scaledTotalSupply() +
            reserve.accruedToTreasury;
        uint256 unit = 10 ** reserve.configuration.read(AaveBits.DECIMALS, 8);
        require(scaled.rayMul(reserve.liquidityIndex) + amount <= cap * unit, "51");
    }

    function _requireBelowBorrowCap(address asset, uint256 amount) private view {
        ReserveData storage reserve = reserves[asset];
        uint256 cap = reserve.configuration.read(AaveBits.BORROW_CAP, 36);
        if (cap == 0) return;
        uint256 debt = VariableDebtToken(reserve.variableDebtTokenAddress)
            .scaledTotalSupply()
            .rayMul(reserve.variableBorrowIndex);
        uint256 unit = 10 ** reserve.configuration.read(AaveBits.DECIMALS, 8);
        require(debt + amount <= cap * unit, "50");
    }

    function _requireCovered(address asset, uint256 amount, address user) private view {
        Account memory account = _account(user);
        require(account.collateralBase != 0, "34");
        require(account.ltv != 0, "57");
        require(account.healthFactor > AaveMath.WAD, "35");
        uint256 unit = 10 ** reserves[asset].configuration.read(AaveBits.DECIMALS, 8);
        uint256 value = (oracle.getAssetPrice(asset) * amount) / unit;
        uint256 needed = (account.debtBase + value).percentDiv(account.ltv);
        require(needed <= account.collateralBase, "36");
    }

    /// While collateral without borrowing power counts, only such may leave.
    function _requireHealthy(address asset, address user) private view {
        Account memory account = _account(user);
        require(account.healthFactor >= AaveMath.WAD, "35");
        require(
            !account.hasZeroLtv || reserves[asset].configuration.read(AaveBits.LTV, 16) == 0,
            "57"
        );
    }

    function _borrowsAny(address user) private view returns (bool) {
        uint256 flags = users[user].data;
        for (uint256 id; id < list.length; id++) if (flags.borrows(id)) return true;
        return false;
    }

    function _useAsCollateral(address asset, address user, bool counts) private {
        uint256 bit = uint256(1) << (2 * reserves[asset].id + 1);
        if (counts) {
            users[user].data |= bit;
            emit ReserveUsedAsCollateralEnabled(asset, user);
        } else {
            users[user].data &= ~bit;
            emit ReserveUsedAsCollateralDisabled(asset, user);
        }
    }

    /// The debt that may be repaid, at most half above a health factor of 0.95, and its price.
    function _liquidatable(
        address collateralAsset,
        address debtAsset,
        address user,
        uint256 debtToCover
    ) private view returns (uint256 debt, uint256 collateral) {
        ReserveData storage from = reserves[collateralAsset];
        ReserveData storage owed = reserves[debtAsset];
        require(
            from.configuration.has(AaveBits.ACTIVE) && owed.configuration.has(AaveBits.ACTIVE),
            "27"
        );
        require(
            !from.configuration.has(AaveBits.PAUSED) && !owed.configuration.has(AaveBits.PAUSED),
            "29"
        );
        uint256 healthFactor = _account(user).healthFactor;
        require(healthFactor < AaveMath.WAD, "45");
        require(users[user].data.counts(from.id), "46");
        debt = VariableDebtToken(owed.variableDebtTokenAddress).balanceOf(user);
        require(debt != 0, "47");
        if (healthFactor > CLOSE_FACTOR_THRESHOLD) debt = debt.percentMul(5000);
        if (debtToCover < debt) debt = debtToCover;
        uint256 held = AToken(payable(from.aTokenAddress)).balanceOf(user);
        uint256 bonus = from.configuration.read(AaveBits.BONUS, 16);
        uint256 priceOfDebt = oracle.getAssetPrice(debtAsset) *
            10 ** from.configuration.read(AaveBits.DECIMALS, 8);
        uint256 priceOfCollateral = oracle.getAssetPrice(collateralAsset) *
            10 ** owed.configuration.read(AaveBits.DECIMALS, 8);
        collateral = ((priceOfDebt * debt) / priceOfCollateral).percentMul(bonus);
        if (collateral <= held) return (debt, collateral);
        return (((priceOfCollateral * held) / priceOfDebt).percentDiv(bonus), held);
    }

    function _repayFor(address asset, address user, uint256 amount) private {
        ReserveData storage reserve = reserves[asset];
        VariableDebtToken token = VariableDebtToken(reserve.variableDebtTokenAddress);
        bool isAll = amount == token.balanceOf(user);
        token.burn(user, amount, reserve.variableBorrowIndex);
        if (isAll) users[user].data &= ~(uint256(1) << (2 * reserve.id));
        _updateRates(asset, amount, 0);
        IERC20(asset).safeTransferFrom(msg.sender, reserve.aTokenAddress, amount);
    }

    function _seize(address asset, address user, uint256 amount, bool asAToken) private {
        ReserveData storage reserve = reserves[asset];
        AToken token = AToken(payable(reserve.aTokenAddress));
        if (amount == token.balanceOf(user)) _useAsCollateral(asset, user, false);
        if (asAToken) {
            token.transferOnLiquidation(user, msg.sender, amount);
            return;
        }
        _updateRates(asset, 0, amount);
        token.burn(user, msg.sender, amount, reserve.liquidityIndex);
    }
}
