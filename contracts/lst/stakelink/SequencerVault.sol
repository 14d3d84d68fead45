// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ILockingPool, IVaultController} from "./L1Types.sol";
import {StakeLinkBase} from "./StakeLinkBase.sol";
import {BASIS_POINTS, SenderNotAuthorized} from "./StakeLinkTypes.sol";

/// Owns one sequencer in LockingPool, on the order of the strategy.
contract SequencerVault is StakeLinkBase {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    IERC20 public token;
    IVaultController public vaultController;
    ILockingPool public lockingPool;
    bytes public pubkey;
    address public signer;
    uint256 public seqId;
    /// The operator, on L2.
    address public rewardsReceiver;
    /// Principal and rewards that have been counted.
    uint128 public trackedTotalDeposits;
    uint64 public lastWithdrawalBatchId;
    /// Zero while the sequencer is not exiting.
    uint64 public exitDelayEndTime;

    event SetRewardsReceiver(address rewardsReceiver);

    error ZeroAddress();
    error SequencerStopped();
    error ExitDelayTimeNotElapsed();
    error CurrentBatchAlreadyWithdrawn();
    error AlreadyExited();
    error UnclaimedRewards();

    function initialize(
        address _token,
        address _vaultController,
        address _lockingPool,
        address _lockingInfo,
        bytes memory _pubkey,
        address _signer,
        address _rewardsReceiver
    ) external initializer {
        __StakeLinkBase_init();
        token = IERC20(_token);
        vaultController = IVaultController(_vaultController);
        lockingPool = ILockingPool(_lockingPool);
        pubkey = _pubkey;
        signer = _signer;
        rewardsReceiver = _rewardsReceiver;
        token.approve(_lockingInfo, type(uint256).max);
    }

    /// The first deposit locks.
    function deposit(uint256 _amount) external only(address(vaultController)) {
        if (exitDelayEndTime != 0) revert SequencerStopped();
        token.safeTransferFrom(msg.sender, address(this), _amount);
        trackedTotalDeposits += _amount.toUint128();
        if (seqId != 0) {
            lockingPool.relock(seqId, _amount, false);
            return;
        }
        address recipient = vaultController.rewardRecipient();
        lockingPool.lockWithRewardRecipient(signer, recipient, _amount, pubkey);
        seqId = lockingPool.seqOwners(address(this));
    }

    /// Once for a reward batch; after an exit everything at once, whatever the amount.
    function withdraw(uint256 _amount) external only(address(vaultController)) {
        if (exitDelayEndTime != 0) {
            if (block.timestamp <= exitDelayEndTime) revert ExitDelayTimeNotElapsed();
            trackedTotalDeposits -= getPrincipalDeposits().toUint128();
            lockingPool.unlockClaim(seqId, 0);
        } else {
            uint256 batch = lockingPool.currentBatch();
            if (lastWithdrawalBatchId >= batch) revert CurrentBatchAlreadyWithdrawn();
            lockingPool.withdraw(seqId, _amount);
            trackedTotalDeposits -= _amount.toUint128();
            lastWithdrawalBatchId = uint64(batch);
        }
        _returnAll();
    }

    /// Rewards above the minimum are locked where they fit, and sent to L2 otherwise. The operator's
    /// share is only counted here; it is paid on L2.
    function updateDeposits(
        uint256 _minRewards,
        uint32 _l2Gas
    )
        external
        payable
        only(address(vaultController))
        returns (uint256 total, uint256 operatorReward, uint256 claimed)
    {
        (uint256 principal, uint256 rewards) = _record();
        total = principal + rewards;
        operatorReward = _operatorShare(total);
        if (total > trackedTotalDeposits) trackedTotalDeposits = total.toUint128();
        if (_minRewards != 0 && rewards >= _minRewards) {
            bool fits = total <= vaultController.getVaultDepositMax();
            if (fits && exitDelayEndTime == 0) {
                lockingPool.relock(seqId, 0, true);
            } else {
                lockingPool.withdrawRewards{value: msg.value}(seqId, _l2Gas);
                trackedTotalDeposits -= rewards.toUint128();
                total -= rewards;
                claimed = rewards;
            }
        }
        uint256 change = address(this).balance;
        if (change > 0) Address.sendValue(payable(msg.sender), change);
    }

    function initiateExit() external only(address(vaultController)) {
        if (exitDelayEndTime != 0) revert SequencerStopped();
        if (getRewards() != 0) revert UnclaimedRewards();
        exitDelayEndTime = uint64(block.timestamp + lockingPool.exitDelayPeriod());
        lockingPool.unlock(seqId, 0);
    }

    function finalizeExit() external only(address(vaultController)) {
        if (exitDelayEndTime == 0 || block.timestamp <= exitDelayEndTime) {
            revert ExitDelayTimeNotElapsed();
        }
        if (getRewards() != 0) revert UnclaimedRewards();
        uint256 principal = getPrincipalDeposits();
        if (principal == 0) revert AlreadyExited();
        lockingPool.unlockClaim(seqId, 0);
        trackedTotalDeposits -= principal.toUint128();
        _returnAll();
    }

    function setRewardsReceiver(address _rewardsReceiver) external only(rewardsReceiver) {
        if (_rewardsReceiver == address(0)) revert ZeroAddress();
        rewardsReceiver = _rewardsReceiver;
        emit SetRewardsReceiver(_rewardsReceiver);
    }

    function canWithdraw() external view returns (uint256) {
        uint256 principal = getPrincipalDeposits();
        if (exitDelayEndTime != 0) return block.timestamp > exitDelayEndTime ? principal : 0;
        if (lastWithdrawalBatchId >= lockingPool.currentBatch()) return 0;
        uint256 least = vaultController.getVaultDepositMin();
        return principal > least ? principal - least : 0;
    }

    function getPendingRewards() external view returns (uint256) {
        return _operatorShare(getTotalDeposits());
    }

    function getTotalDeposits() public view returns (uint256) {
        (uint256 principal, uint256 rewards) = _record();
        return principal + rewards;
    }

    function getPrincipalDeposits() public view returns (uint256 principal) {
        (principal, ) = _record();
    }

    function getRewards() public view returns (uint256 rewards) {
        (, rewards) = _record();
    }

    function _returnAll() private {
        token.safeTransfer(address(vaultController), token.balanceOf(address(this)));
    }

    function _operatorShare(uint256 _total) private view returns (uint256) {
        if (_total <= trackedTotalDeposits) return 0;
        uint256 earned = _total - trackedTotalDeposits;
        return (earned * vaultController.operatorRewardPercentage()) / BASIS_POINTS;
    }

    /// The first two fields of the record.
    function _record() private view returns (uint256 principal, uint256 rewards) {
        bytes memory fields = Address.functionStaticCall(
            address(lockingPool),
            abi.encodeWithSignature("sequencers(uint256)", seqId)
        );
        return abi.decode(fields, (uint256, uint256));
    }
}
