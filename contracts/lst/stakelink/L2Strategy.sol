// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {StakeLinkBase} from "./StakeLinkBase.sol";
import {BASIS_POINTS, Fee, FeesTooLarge, InsufficientLiquidity, IStakingPool, SenderNotAuthorized} from "./StakeLinkTypes.sol";

/// Keeps the books of METIS that is staked on L1: what is there, what is on its way, and what waits
/// here.
contract L2Strategy is StakeLinkBase {
    using SafeERC20 for IERC20;
    using SafeERC20 for IStakingPool;

    uint256 private constant MOST_FEES = 3_000;

    IERC20 public token;
    IStakingPool public stakingPool;
    address public l2Transmitter;
    uint256 public l1TotalDeposits;
    uint256 public tokensInTransitToL1;
    uint256 public tokensInTransitFromL1;
    uint256 private maxDeposits;
    /// As of the last update.
    uint256 private totalDeposits;
    uint256 private idle;
    Fee[] private fees;
    uint256 private operatorRewards;
    uint256 private operatorShares;
    mapping(address operator => uint256 shares) private sharesOf;

    error ExceedsTokensInTransitFromL1();
    error NoRewards();

    modifier onlyStakingPool() {
        require(msg.sender == address(stakingPool), "StakingPool only");
        _;
    }

    function initialize(
        address _token,
        address _stakingPool,
        Fee[] memory _fees,
        uint256 _maxDeposits
    ) external initializer {
        __Strategy_init(_token, _stakingPool);
        for (uint256 i; i < _fees.length; i++) fees.push(_fees[i]);
        _requireModestFees();
        maxDeposits = _maxDeposits;
    }

    function deposit(uint256 _amount, bytes calldata) external onlyStakingPool {
        token.safeTransferFrom(msg.sender, address(this), _amount);
        totalDeposits += _amount;
        idle += _amount;
    }

    function withdraw(uint256 _amount, bytes calldata) external onlyStakingPool {
        if (_amount > idle) revert InsufficientLiquidity();
        token.safeTransfer(msg.sender, _amount);
        totalDeposits -= _amount;
        idle = token.balanceOf(address(this));
    }

    /// Rewards of the operators are minted to this contract.
    function onTokenTransfer(address, uint256, bytes calldata) external view {
        if (msg.sender != address(stakingPool)) revert SenderNotAuthorized();
    }

    function withdrawOperatorRewards() external {
        uint256 shares = sharesOf[msg.sender];
        if (shares == 0) revert NoRewards();
        operatorShares -= shares;
        delete sharesOf[msg.sender];
        stakingPool.safeTransfer(msg.sender, stakingPool.getStakeByShares(shares));
    }

    /// Rewards of the operators, then a part of what was earned, for those who get a fee.
    function updateDeposits(
        bytes calldata
    )
        external
        onlyStakingPool
        returns (int256 depositChange, address[] memory receivers, uint256[] memory amounts)
    {
        depositChange = getDepositChange();
        uint256 first = operatorRewards > 0 ? 1 : 0;
        uint256 count = first + (depositChange > 0 ? fees.length : 0);
        receivers = new address[](count);
        amounts = new uint256[](count);
        if (first == 1) {
            (receivers[0], amounts[0]) = (address(this), operatorRewards);
            operatorRewards = 0;
        }
        for (uint256 i = first; i < count; i++) {
            Fee memory fee = fees[i - first];
            receivers[i] = fee.receiver;
            amounts[i] = (uint256(depositChange) * fee.basisPoints) / BASIS_POINTS;
        }
        totalDeposits = _liveDeposits();
        idle = token.balanceOf(address(this));
    }

    function handleUpdateFromL1(
        uint256 _totalDeposits,
        uint256 _tokensInTransitFromL1,
        uint256 _tokensReceivedAtL1,
        address[] calldata _opRewardReceivers,
        uint256[] calldata _opRewardAmounts
    ) external only(l2Transmitter) {
        l1TotalDeposits = _totalDeposits;
        tokensInTransitFromL1 += _tokensInTransitFromL1;
        tokensInTransitToL1 -= Math.min(_tokensReceivedAtL1, tokensInTransitToL1);
        uint256 total;
        for (uint256 i; i < _opRewardReceivers.length; i++) total += _opRewardAmounts[i];
        operatorRewards = total;
        _updateRewards();
        for (uint256 i; i < _opRewardReceivers.length; i++) {
            uint256 shares = stakingPool.getSharesByStake(_opRewardAmounts[i]);
            sharesOf[_opRewardReceivers[i]] += shares;
            operatorShares += shares;
        }
    }

    function handleIncomingTokensFromL1(uint256 _amount) external only(l2Transmitter) {
        if (_amount > tokensInTransitFromL1) revert ExceedsTokensInTransitFromL1();
        tokensInTransitFromL1 -= _amount;
        idle += _amount;
        token.safeTransferFrom(msg.sender, address(this), _amount);
    }

    function handleOutgoingTokensToL1(uint256 _amount) external only(l2Transmitter) {
        tokensInTransitToL1 += _amount;
        idle -= _amount;
        token.safeTransfer(msg.sender, _amount);
    }

    /// What was earned before is shared at the old fees.
    function addFee(address _receiver, uint256 _feeBasisPoints) external onlyOwner {
        _updateRewards();
        fees.push(Fee(_receiver, _feeBasisPoints));
        _requireModestFees();
    }

    /// Zero basis points remove the fee; the last one takes its place.
    function updateFee(
        uint256 _index,
        address _receiver,
        uint256 _feeBasisPoints
    ) external onlyOwner {
        _updateRewards();
        if (_feeBasisPoints == 0) {
            fees[_index] = fees[fees.length - 1];
            fees.pop();
        } else {
            fees[_index] = Fee(_receiver, _feeBasisPoints);
        }
        _requireModestFees();
    }

    function setMaxDeposits(uint256 _maxDeposits) external onlyOwner {
        maxDeposits = _maxDeposits;
    }

    function setL2Transmitter(address _l2Transmitter) external onlyOwner {
        l2Transmitter = _l2Transmitter;
    }

    function canDeposit() external view returns (uint256) {
        return maxDeposits > totalDeposits ? maxDeposits - totalDeposits : 0;
    }

    function canWithdraw() external view returns (uint256) {
        uint256 least = getMinDeposits();
        return totalDeposits > least ? totalDeposits - least : 0;
    }

    function getFees() external view returns (Fee[] memory) {
        return fees;
    }

    function getMaxDeposits() external view returns (uint256) {
        return maxDeposits;
    }

    function getTotalDeposits() external view returns (uint256) {
        return totalDeposits;
    }

    function getTotalQueuedTokens() external view returns (uint256) {
        return idle;
    }

    function getOperatorRewards(address _account) external view returns (uint256) {
        return stakingPool.getStakeByShares(sharesOf[_account]);
    }

    function getTotalOperatorRewards() external view returns (uint256) {
        return stakingPool.getStakeByShares(operatorShares);
    }

    function __Strategy_init(address _token, address _stakingPool) public onlyInitializing {
        __StakeLinkBase_init();
        token = IERC20(_token);
        stakingPool = IStakingPool(_stakingPool);
    }

    /// What is not here cannot be withdrawn.
    function getMinDeposits() public view returns (uint256) {
        return l1TotalDeposits + tokensInTransitToL1 + tokensInTransitFromL1;
    }

    /// Earned or, below zero, lost since the last update.
    function getDepositChange() public view returns (int256) {
        return int256(_liveDeposits()) - int256(totalDeposits);
    }

    function _updateRewards() private {
        uint256[] memory all = new uint256[](stakingPool.getStrategies().length);
        for (uint256 i; i < all.length; i++) all[i] = i;
        stakingPool.updateStrategyRewards(all, "");
    }

    function _liveDeposits() private view returns (uint256) {
        return getMinDeposits() + token.balanceOf(address(this));
    }

    function _requireModestFees() private view {
        uint256 total;
        for (uint256 i; i < fees.length; i++) total += fees[i].basisPoints;
        if (total > MOST_FEES) revert FeesTooLarge();
    }
}
