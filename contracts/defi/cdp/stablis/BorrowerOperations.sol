// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ChestManager} from "./ChestManager.sol";
import {SortedChests} from "./SortedChests.sol";
import {Attributes, ChestMath, StablisPriceFeed, UsdsToken} from "./StablisParts.sol";

/// The calls of the owner of a chest: open, adjust, close.
contract BorrowerOperations {
    using SafeERC20 for IERC20;

    struct Change {
        uint256 collIn;
        uint256 collOut;
        uint256 debt;
        bool isDebtIncrease;
        uint256 maxFee;
        address upper;
        address lower;
    }

    ChestManager public immutable chestManager;
    SortedChests public immutable sortedChests;
    Attributes public immutable attributes;
    StablisPriceFeed public immutable priceFeed;
    UsdsToken public immutable usdsToken;
    address public immutable stablisStaking;

    event ChestCreated(address indexed _asset, address indexed _borrower, uint256 arrayIndex);
    event USDSBorrowingFeePaid(
        address indexed _asset,
        address indexed _borrower,
        uint256 _USDSFee
    );

    constructor(
        address _manager,
        address _sorted,
        address _attributes,
        address _priceFeed,
        address _usds,
        address _staking
    ) {
        chestManager = ChestManager(_manager);
        sortedChests = SortedChests(_sorted);
        attributes = Attributes(_attributes);
        priceFeed = StablisPriceFeed(_priceFeed);
        usdsToken = UsdsToken(_usds);
        stablisStaking = _staking;
    }

    function openChest(
        address _asset,
        uint256 _tokenAmount,
        uint256 _maxFeePercentage,
        uint256 _USDSAmount,
        address _upperHint,
        address _lowerHint
    ) external payable {
        _requireToken(_tokenAmount, false);
        uint256 price = priceFeed.fetchPrice(_asset);
        _requireValidFee(_maxFeePercentage);
        require(
            chestManager.getChestStatus(_asset, msg.sender) != 1,
            "BorrowerOps: Chest is active"
        );
        _requireDepositAllowed(_asset);
        require(!attributes.paused(), "BorrowerOps: Protocol is paused");
        uint256 net = _USDSAmount + _fee(_asset, _USDSAmount, _maxFeePercentage);
        _requireMinNetDebt(net);
        uint256 debt = net + attributes.getUSDSGasCompensation();
        _requireRatio(_tokenAmount, debt, price);
        chestManager.setChest(_asset, msg.sender, _tokenAmount, debt);
        sortedChests.insert(
            _asset,
            msg.sender,
            ChestMath.nominal(_tokenAmount, debt),
            _upperHint,
            _lowerHint
        );
        emit ChestCreated(_asset, msg.sender, sortedChests.getSize(_asset) - 1);
        IERC20(_asset).safeTransferFrom(msg.sender, address(chestManager), _tokenAmount);
        usdsToken.mint(msg.sender, _USDSAmount);
        usdsToken.mint(address(chestManager), attributes.getUSDSGasCompensation());
    }

    function addColl(
        address _asset,
        uint256 _tokenAmount,
        address _upperHint,
        address _lowerHint
    ) external payable {
        require(!attributes.paused(), "BorrowerOps: Protocol is paused");
        _requireToken(_tokenAmount, false);
        _adjust(_asset, Change(_tokenAmount, 0, 0, false, 0, _upperHint, _lowerHint));
    }

    function withdrawColl(
        address _asset,
        uint256 _collWithdrawal,
        address _upperHint,
        address _lowerHint
    ) external {
        _adjust(_asset, Change(0, _collWithdrawal, 0, false, 0, _upperHint, _lowerHint));
    }

    function withdrawUSDS(
        address _asset,
        uint256 _maxFeePercentage,
        uint256 _USDSAmount,
        address _upperHint,
        address _lowerHint
    ) external {
        require(!attributes.paused(), "BorrowerOps: Protocol is paused");
        _adjust(
            _asset,
            Change(0, 0, _USDSAmount, true, _maxFeePercentage, _upperHint, _lowerHint)
        );
    }

    function repayUSDS(
        address _asset,
        uint256 _USDSAmount,
        address _upperHint,
        address _lowerHint
    ) external {
        _adjust(_asset, Change(0, 0, _USDSAmount, false, 0, _upperHint, _lowerHint));
    }

    function adjustChest(
        address _asset,
        uint256 _assetSent,
        uint256 _maxFeePercentage,
        uint256 _collWithdrawal,
        uint256 _USDSChange,
        bool _isDebtIncrease,
        address _upperHint,
        address _lowerHint
    ) external payable {
        _requireToken(_assetSent, true);
        if (_isDebtIncrease || _assetSent > 0) {
            require(!attributes.paused(), "BorrowerOps: Protocol is paused");
        }
        Change memory change;
        change.collIn = _assetSent;
        change.collOut = _collWithdrawal;
        change.debt = _USDSChange;
        change.isDebtIncrease = _isDebtIncrease;
        change.maxFee = _maxFeePercentage;
        change.upper = _upperHint;
        change.lower = _lowerHint;
        _adjust(_asset, change);
    }

    function closeChest(address _asset) external {
        _requireActive(_asset);
        chestManager.applyPendingRewards(_asset, msg.sender);
        uint256 coll = chestManager.getChestColl(_asset, msg.sender);
        uint256 reserve = attributes.getUSDSGasCompensation();
        uint256 owed = chestManager.getChestDebt(_asset, msg.sender) - reserve;
        _requireBalance(owed);
        chestManager.closeChest(_asset, msg.sender);
        usdsToken.burn(msg.sender, owed);
        usdsToken.burn(address(chestManager), reserve);
        chestManager.sendCollateral(_asset, msg.sender, coll);
    }

    /// Collateral that a redemption left over.
    function claimCollateral(address _asset) external {
        chestManager.claimSurplus(_asset, msg.sender);
    }

    function getCompositeDebt(uint256 _debt) external view returns (uint256) {
        return _debt + attributes.getUSDSGasCompensation();
    }

    function getMCR() external view returns (uint256) {
        return attributes.getMCR();
    }

    function getMinNetDebt() external view returns (uint256) {
        return attributes.getMinNetDebt();
    }

    function getUSDSGasCompensation() external view returns (uint256) {
        return attributes.getUSDSGasCompensation();
    }

    function getBorrowingFeeFloor() external view returns (uint256) {
        return attributes.getBorrowingFeeFloor();
    }

    function _adjust(address _asset, Change memory change) private {
        uint256 price = priceFeed.fetchPrice(_asset);
        if (change.isDebtIncrease) {
            _requireValidFee(change.maxFee);
            require(change.debt > 0, "BorrowerOps: Debt increase requires non-zero debtChange");
        }
        if (change.collIn > 0) _requireDepositAllowed(_asset);
        require(
            change.collOut == 0 || change.collIn == 0,
            "BorrowerOperations: Cannot withdraw and add coll"
        );
        require(
            change.collOut != 0 || change.debt != 0 || change.collIn != 0,
            "BorrowerOps: There must be either a collateral change or a debt change"
        );
        _requireActive(_asset);
        chestManager.applyPendingRewards(_asset, msg.sender);
        uint256 debt = _newDebt(_asset, change);
        uint256 coll = chestManager.getChestColl(_asset, msg.sender) +
            change.collIn -
            change.collOut;
        _requireRatio(coll, debt, price);
        chestManager.setChest(_asset, msg.sender, coll, debt);
        sortedChests.reInsert(
            _asset,
            msg.sender,
            ChestMath.nominal(coll, debt),
            change.upper,
            change.lower
        );
        if (change.isDebtIncrease) usdsToken.mint(msg.sender, change.debt);
        else if (change.debt > 0) usdsToken.burn(msg.sender, change.debt);
        if (change.collIn > 0) {
            IERC20(_asset).safeTransferFrom(msg.sender, address(chestManager), change.collIn);
        }
        if (change.collOut > 0) {
            chestManager.sendCollateral(_asset, msg.sender, change.collOut);
        }
    }

    function _newDebt(address _asset, Change memory change) private returns (uint256) {
        uint256 debt = chestManager.getChestDebt(_asset, msg.sender);
        if (change.isDebtIncrease) {
            return debt + change.debt + _fee(_asset, change.debt, change.maxFee);
        }
        if (change.debt == 0) return debt;
        uint256 net = debt - attributes.getUSDSGasCompensation();
        require(
            change.debt <= net,
            "BorrowerOps: Amount repaid must not be larger than the Chest's debt"
        );
        _requireMinNetDebt(net - change.debt);
        _requireBalance(change.debt);
        return debt - change.debt;
    }

    function _fee(address _asset, uint256 amount, uint256 maxFee) private returns (uint256 fee) {
        chestManager.decayBaseRateFromBorrowing(_asset);
        fee = chestManager.getBorrowingFee(_asset, amount);
        require((fee * 1e18) / amount <= maxFee, "Fee exceeded provided maximum");
        usdsToken.mint(stablisStaking, fee);
        emit USDSBorrowingFeePaid(_asset, msg.sender, fee);
    }

    function _requireToken(uint256 amount, bool canBeZero) private view {
        require(msg.value == 0, "BorrowerOp: msg.value must be 0 for non-ETH assets");
        require(
            canBeZero || amount > 0,
            "BorrowerOp: Invalid Input. Override msg.value only if using ETH asset, otherwise use _amount"
        );
    }

    function _requireValidFee(uint256 maxFee) private view {
        require(
            maxFee >= attributes.getBorrowingFeeFloor() && maxFee <= 1e18,
            "Max fee percentage must be between 0.5% and 100%"
        );
    }

    function _requireDepositAllowed(address _asset) private view {
        require(
            attributes.isDepositAllowed(_asset),
            "BorrowerOps: Deposit is not allowed for this asset"
        );
    }

    function _requireActive(address _asset) private view {
        require(
            chestManager.getChestStatus(_asset, msg.sender) == 1,
            "BorrowerOps: Chest does not exist or is closed"
        );
    }

    function _requireMinNetDebt(uint256 net) private view {
        require(
            net >= attributes.getMinNetDebt(),
            "BorrowerOps: Chest's net debt must be greater than minimum"
        );
    }

    function _requireBalance(uint256 amount) private view {
        require(
            usdsToken.balanceOf(msg.sender) >= amount,
            "BorrowerOps: Caller doesnt have enough USDS to make repayment"
        );
    }

    function _requireRatio(uint256 coll, uint256 debt, uint256 price) private view {
        require(
            ChestMath.ratio(coll, debt, price) >= attributes.getMCR(),
            "BorrowerOps: An operation that would result in ICR < MCR is not permitted"
        );
    }
}
