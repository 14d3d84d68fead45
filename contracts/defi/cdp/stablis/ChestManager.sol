// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Attributes, ChestMath, StablisPriceFeed, UsdsToken} from "./StablisParts.sol";
import {SortedChests} from "./SortedChests.sol";

/// Every chest with its collateral, its debt and its part of what was taken from liquidated ones.
/// It holds the collateral of all and the gas reserves.
contract ChestManager {
    using SafeERC20 for IERC20;

    uint256 private constant WAD = 1e18;
    uint256 private constant INDEX = 1e27;
    uint256 public constant MINUTE_DECAY_FACTOR = 999_037_758_833_783_000;
    uint256 public constant REDEMPTION_FEE_FLOOR = 0.005e18;
    uint256 public constant MAX_BORROWING_FEE = 0.05e18;
    uint256 public constant BETA = 2;
    uint256 public constant BOOTSTRAP_PERIOD = 1 days;
    uint256 private constant ACTIVE = 1;
    uint256 private constant CLOSED_BY_OWNER = 2;
    uint256 private constant CLOSED_BY_LIQUIDATION = 3;
    uint256 private constant CLOSED_BY_REDEMPTION = 4;

    struct Chest {
        uint256 debt;
        uint256 coll;
        uint256 stake;
        uint256 status;
        uint256 index;
        uint256 collSnapshot;
        uint256 debtSnapshot;
    }

    address public immutable borrowerOperationsAddress;
    Attributes public immutable attributes;
    StablisPriceFeed public immutable priceFeed;
    SortedChests public immutable sortedChests;
    UsdsToken public immutable usdsToken;
    uint256 private immutable startedAt = block.timestamp;

    mapping(address asset => mapping(address borrower => Chest)) private chests;
    mapping(address asset => uint256) public baseRate;
    mapping(address asset => uint256) public lastFeeOperationTime;
    mapping(address asset => uint256) public totalStakes;
    mapping(address asset => uint256) public totalStakesSnapshot;
    mapping(address asset => uint256) public totalCollateralSnapshot;
    /// Collateral and debt of liquidated chests for each unit of stake.
    mapping(address asset => uint256) public L_ETH;
    mapping(address asset => uint256) public L_USDSDebt;
    mapping(address asset => uint256) private totalColl;
    mapping(address asset => uint256) private totalDebt;
    mapping(address asset => uint256) private activeIndex;
    mapping(address asset => uint256) private indexedAt;
    mapping(address asset => mapping(address account => uint256)) public surplusOf;

    event ChestLiquidated(
        address indexed _asset,
        address indexed _borrower,
        uint256 _debt,
        uint256 _coll
    );
    event Redemption(
        address indexed _asset,
        uint256 _attemptedUSDSAmount,
        uint256 _actualUSDSAmount,
        uint256 _ETHSent,
        uint256 _ETHFee
    );

    constructor(
        address _operations,
        address _attributes,
        address _priceFeed,
        address _sortedChests,
        address _usds
    ) {
        borrowerOperationsAddress = _operations;
        attributes = Attributes(_attributes);
        priceFeed = StablisPriceFeed(_priceFeed);
        sortedChests = SortedChests(_sortedChests);
        usdsToken = UsdsToken(_usds);
    }

    modifier onlyOperations() {
        require(
            msg.sender == borrowerOperationsAddress,
            "ChestManager: Caller is not the BorrowerOperations contract"
        );
        _;
    }

    /// Sets the amounts of a chest whose pending parts have been applied.
    function setChest(
        address _asset,
        address _borrower,
        uint256 coll,
        uint256 debt
    ) external onlyOperations {
        Chest storage chest = chests[_asset][_borrower];
        totalColl[_asset] = totalColl[_asset] + coll - chest.coll;
        totalDebt[_asset] = totalDebt[_asset] + debt - chest.debt;
        chest.coll = coll;
        chest.debt = debt;
        chest.status = ACTIVE;
        chest.index = accrueActiveInterests(_asset);
        chest.collSnapshot = L_ETH[_asset];
        chest.debtSnapshot = L_USDSDebt[_asset];
        _updateStake(_asset, chest);
    }

    function closeChest(address _asset, address _borrower) external onlyOperations {
        _close(_asset, _borrower, CLOSED_BY_OWNER);
    }

    function sendCollateral(address _asset, address to, uint256 amount) external onlyOperations {
        IERC20(_asset).safeTransfer(to, amount);
    }

    function claimSurplus(address _asset, address _borrower) external onlyOperations {
        uint256 amount = surplusOf[_asset][_borrower];
        require(amount > 0, "CollSurplusPool: No collateral available to claim");
        surplusOf[_asset][_borrower] = 0;
        IERC20(_asset).safeTransfer(_borrower, amount);
    }

    function applyPendingRewards(address _asset, address _borrower) external onlyOperations {
        _apply(_asset, _borrower);
    }

    function decayBaseRateFromBorrowing(address _asset) external onlyOperations {
        baseRate[_asset] = _decayed(_asset);
        _touch(_asset);
    }

    /// Brings the index of interest to now.
    function accrueActiveInterests(address _asset) public returns (uint256 index) {
        index = _indexNow(_asset);
        activeIndex[_asset] = index;
        indexedAt[_asset] = block.timestamp;
    }

    /// Without a stability pool the collateral and the debt go to all other chests.
    function liquidate(address _asset, address _borrower) external {
        require(
            chests[_asset][_borrower].status == ACTIVE,
            "ChestManager: Chest does not exist or is closed"
        );
        uint256 price = priceFeed.fetchPrice(_asset);
        require(
            getCurrentICR(_asset, _borrower, price) < attributes.getMCR() &&
                sortedChests.getSize(_asset) > 1,
            "ChestManager: nothing to liquidate"
        );
        _apply(_asset, _borrower);
        uint256 debt = chests[_asset][_borrower].debt;
        uint256 coll = chests[_asset][_borrower].coll;
        uint256 reward = coll / attributes.getColGasCompensationPercentDivisor();
        _close(_asset, _borrower, CLOSED_BY_LIQUIDATION);
        L_ETH[_asset] += ((coll - reward) * WAD) / totalStakes[_asset];
        L_USDSDebt[_asset] += (debt * WAD) / totalStakes[_asset];
        totalColl[_asset] += coll - reward;
        totalDebt[_asset] += debt;
        totalStakesSnapshot[_asset] = totalStakes[_asset];
        totalCollateralSnapshot[_asset] = totalColl[_asset];
        IERC20(_asset).safeTransfer(msg.sender, reward);
        IERC20(address(usdsToken)).safeTransfer(msg.sender, attributes.getUSDSGasCompensation());
        emit ChestLiquidated(_asset, _borrower, debt, coll);
    }

    /// Burns USDS for collateral at face value, from the chest with the lowest ratio on.
    function redeemCollateral(
        address _asset,
        uint256 _USDSamount,
        address,
        address _upperPartialRedemptionHint,
        address _lowerPartialRedemptionHint,
        uint256,
        uint256,
        uint256 _maxFeePercentage
    ) external {
        require(
            block.timestamp >= startedAt + BOOTSTRAP_PERIOD,
            "ChestManager: Redemptions are not allowed during bootstrap phase"
        );
        require(_USDSamount > 0, "ChestManager: Amount must be greater than zero");
        uint256 price = priceFeed.fetchPrice(_asset);
        (uint256 redeemed, uint256 drawn) = _redeemFrom(
            _asset,
            _USDSamount,
            price,
            _upperPartialRedemptionHint,
            _lowerPartialRedemptionHint
        );
        uint256 fee = _redemptionFee(_asset, drawn, price, _maxFeePercentage);
        usdsToken.burn(msg.sender, redeemed);
        IERC20(_asset).safeTransfer(msg.sender, drawn - fee);
        emit Redemption(_asset, _USDSamount, redeemed, drawn, fee);
    }

    function getEntireDebtAndColl(
        address _asset,
        address _borrower
    )
        public
        view
        returns (
            uint256 debt,
            uint256 coll,
            uint256 pendingUSDSDebtReward,
            uint256 pendingETHReward
        )
    {
        Chest memory chest = chests[_asset][_borrower];
        pendingUSDSDebtReward = getPendingUSDSDebtReward(_asset, _borrower);
        pendingETHReward = getPendingETHReward(_asset, _borrower);
        debt = chest.debt;
        if (chest.index != 0) debt = (debt * _indexNow(_asset)) / chest.index;
        debt += pendingUSDSDebtReward;
        coll = chest.coll + pendingETHReward;
    }

    function getPendingETHReward(address _asset, address _borrower) public view returns (uint256) {
        Chest memory chest = chests[_asset][_borrower];
        return (chest.stake * (L_ETH[_asset] - chest.collSnapshot)) / WAD;
    }

    function getPendingUSDSDebtReward(
        address _asset,
        address _borrower
    ) public view returns (uint256) {
        Chest memory chest = chests[_asset][_borrower];
        return (chest.stake * (L_USDSDebt[_asset] - chest.debtSnapshot)) / WAD;
    }

    function getNominalICR(address _asset, address _borrower) external view returns (uint256) {
        (uint256 coll, uint256 debt) = _withoutInterest(_asset, _borrower);
        return ChestMath.nominal(coll, debt);
    }

    /// Leaves out the interest since the last change.
    function getCurrentICR(
        address _asset,
        address _borrower,
        uint256 _price
    ) public view returns (uint256) {
        (uint256 coll, uint256 debt) = _withoutInterest(_asset, _borrower);
        return ChestMath.ratio(coll, debt, _price);
    }

    function getChestStatus(address _asset, address _borrower) external view returns (uint256) {
        return chests[_asset][_borrower].status;
    }

    function getChestDebt(address _asset, address _borrower) external view returns (uint256) {
        return chests[_asset][_borrower].debt;
    }

    function getChestColl(address _asset, address _borrower) external view returns (uint256) {
        return chests[_asset][_borrower].coll;
    }

    function getChestStake(address _asset, address _borrower) external view returns (uint256) {
        return chests[_asset][_borrower].stake;
    }

    function getEntireSystemColl(address _asset) external view returns (uint256) {
        return totalColl[_asset];
    }

    function getEntireSystemDebt(address _asset) external view returns (uint256) {
        return totalDebt[_asset];
    }

    function getTCR(address _asset, uint256 _price) external view returns (uint256) {
        return ChestMath.ratio(totalColl[_asset], totalDebt[_asset], _price);
    }

    function getBorrowingRate(address _asset) public view returns (uint256) {
        return _borrowingRate(baseRate[_asset]);
    }

    function getBorrowingRateWithDecay(address _asset) public view returns (uint256) {
        return _borrowingRate(_decayed(_asset));
    }

    function getBorrowingFee(address _asset, uint256 _USDSDebt) external view returns (uint256) {
        return (getBorrowingRate(_asset) * _USDSDebt) / WAD;
    }

    function getBorrowingFeeWithDecay(
        address _asset,
        uint256 _USDSDebt
    ) external view returns (uint256) {
        return (getBorrowingRateWithDecay(_asset) * _USDSDebt) / WAD;
    }

    function getRedemptionRate(address _asset) public view returns (uint256) {
        return _redemptionRate(baseRate[_asset]);
    }

    function getRedemptionRateWithDecay(address _asset) external view returns (uint256) {
        return _redemptionRate(_decayed(_asset));
    }

    /// A redemption raises the rate for the next ones.
    function _redemptionFee(
        address _asset,
        uint256 drawn,
        uint256 price,
        uint256 maxFee
    ) private returns (uint256 fee) {
        require(drawn > 0, "ChestManager: Unable to redeem any amount");
        uint256 rate = _decayed(_asset) + ((drawn * price) / usdsToken.totalSupply()) / BETA;
        baseRate[_asset] = rate > WAD ? WAD : rate;
        _touch(_asset);
        fee = (getRedemptionRate(_asset) * drawn) / WAD;
        require((fee * WAD) / drawn <= maxFee, "Fee exceeded provided maximum");
    }

    function _redeemFrom(
        address _asset,
        uint256 amount,
        uint256 price,
        address upper,
        address lower
    ) private returns (uint256 redeemed, uint256 drawn) {
        address id = sortedChests.getLast(_asset);
        uint256 reserve = attributes.getUSDSGasCompensation();
        while (id != address(0) && redeemed < amount) {
            address next = sortedChests.getPrev(_asset, id);
            if (getCurrentICR(_asset, id, price) >= attributes.getMCR()) {
                _apply(_asset, id);
                uint256 owed = chests[_asset][id].debt - reserve;
                uint256 lot = amount - redeemed < owed ? amount - redeemed : owed;
                uint256 coll = (lot * WAD) / price;
                if (lot == owed) _redeemAll(_asset, id, coll, reserve);
                else if (!_redeemPart(_asset, id, lot, coll, upper, lower)) break;
                redeemed += lot;
                drawn += coll;
            }
            id = next;
        }
    }

    function _redeemAll(address _asset, address id, uint256 coll, uint256 reserve) private {
        surplusOf[_asset][id] += chests[_asset][id].coll - coll;
        _close(_asset, id, CLOSED_BY_REDEMPTION);
        usdsToken.burn(address(this), reserve);
    }

    /// A rest below the minimum debt stays untouched.
    function _redeemPart(
        address _asset,
        address id,
        uint256 lot,
        uint256 coll,
        address upper,
        address lower
    ) private returns (bool) {
        Chest storage chest = chests[_asset][id];
        uint256 debt = chest.debt - lot;
        if (debt - attributes.getUSDSGasCompensation() < attributes.getMinNetDebt()) return false;
        totalColl[_asset] -= coll;
        totalDebt[_asset] -= lot;
        chest.coll -= coll;
        chest.debt = debt;
        _updateStake(_asset, chest);
        sortedChests.reInsert(_asset, id, ChestMath.nominal(chest.coll, debt), upper, lower);
        return true;
    }

    /// Adds interest and the parts of liquidated chests.
    function _apply(address _asset, address _borrower) private {
        Chest storage chest = chests[_asset][_borrower];
        if (chest.status != ACTIVE) return;
        accrueActiveInterests(_asset);
        (uint256 debt, uint256 coll, uint256 pendingDebt, ) = getEntireDebtAndColl(
            _asset,
            _borrower
        );
        // What was redistributed is in the totals already; interest is not.
        totalDebt[_asset] += debt - pendingDebt - chest.debt;
        chest.debt = debt;
        chest.coll = coll;
        chest.index = activeIndex[_asset];
        chest.collSnapshot = L_ETH[_asset];
        chest.debtSnapshot = L_USDSDebt[_asset];
        _updateStake(_asset, chest);
    }

    function _close(address _asset, address _borrower, uint256 status) private {
        require(
            sortedChests.getSize(_asset) > 1,
            "ChestManager: Only one chest in the system"
        );
        Chest storage chest = chests[_asset][_borrower];
        totalColl[_asset] -= chest.coll;
        totalDebt[_asset] -= chest.debt;
        totalStakes[_asset] -= chest.stake;
        delete chests[_asset][_borrower];
        chests[_asset][_borrower].status = status;
        sortedChests.remove(_asset, _borrower);
    }

    function _updateStake(address _asset, Chest storage chest) private {
        uint256 stake = totalCollateralSnapshot[_asset] == 0
            ? chest.coll
            : (chest.coll * totalStakesSnapshot[_asset]) / totalCollateralSnapshot[_asset];
        totalStakes[_asset] = totalStakes[_asset] + stake - chest.stake;
        chest.stake = stake;
    }

    function _touch(address _asset) private {
        if (block.timestamp - lastFeeOperationTime[_asset] >= 60) {
            lastFeeOperationTime[_asset] = block.timestamp;
        }
    }

    function _withoutInterest(
        address _asset,
        address _borrower
    ) private view returns (uint256 coll, uint256 debt) {
        Chest memory chest = chests[_asset][_borrower];
        coll = chest.coll + getPendingETHReward(_asset, _borrower);
        debt = chest.debt + getPendingUSDSDebtReward(_asset, _borrower);
    }

    function _indexNow(address _asset) private view returns (uint256) {
        uint256 index = activeIndex[_asset];
        if (index == 0) return INDEX;
        uint256 rate = attributes.getInterestRateInBPS(_asset);
        return index + (index * rate * (block.timestamp - indexedAt[_asset])) / (1e4 * 365 days);
    }

    function _decayed(address _asset) private view returns (uint256) {
        uint256 passed = (block.timestamp - lastFeeOperationTime[_asset]) / 60;
        return (baseRate[_asset] * ChestMath.power(MINUTE_DECAY_FACTOR, passed)) / WAD;
    }

    function _borrowingRate(uint256 base) private view returns (uint256) {
        uint256 rate = attributes.getBorrowingFeeFloor() + base;
        return rate > MAX_BORROWING_FEE ? MAX_BORROWING_FEE : rate;
    }

    function _redemptionRate(uint256 base) private pure returns (uint256) {
        uint256 rate = REDEMPTION_FEE_FLOOR + base;
        return rate > WAD ? WAD : rate;
    }
}
