// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {StakeLinkBase} from "./StakeLinkBase.sol";
import {IPriorityPool, IStakingPool, SenderNotAuthorized} from "./StakeLinkTypes.sol";

/// Withdrawals that wait for METIS, first come, first served. They keep earning until they are
/// finalized; a batch then holds the price of a share for all that it finalized.
contract WithdrawalPool is StakeLinkBase {
    using SafeERC20 for IERC20;
    using SafeERC20 for IStakingPool;

    struct Withdrawal {
        uint128 sharesRemaining;
        /// METIS that is there already, where the rest still waits.
        uint128 partiallyWithdrawableAmount;
    }

    struct Batch {
        uint128 lastId;
        /// METIS for 1e18 shares.
        uint128 stakePerShares;
    }

    /// A rest of fewer shares than this is dropped.
    uint256 private constant DUST = 100;

    IERC20 public token;
    IStakingPool public lst;
    IPriorityPool public priorityPool;
    uint256 public indexOfNextWithdrawal;
    uint128 public withdrawalBatchIdCutoff;
    uint128 public withdrawalIdCutoff;
    uint256 public minWithdrawalAmount;
    uint64 public minTimeBetweenWithdrawals;
    uint64 public timeOfLastWithdrawal;

    /// The first of each is empty: the id 0 means none.
    Withdrawal[] private withdrawals;
    Batch[] private batches;
    mapping(address account => uint256[] ids) private idsOf;
    mapping(uint256 id => address) private ownerOf;
    uint256 private queuedShares;

    event QueueWithdrawal(address indexed account, uint256 amount);
    event Withdraw(address indexed account, uint256 amount);
    event WithdrawalsFinalized(uint256 amount);
    event SetMinWithdrawalAmount(uint256 minWithdrawalAmount);
    event SetMinTimeBetweenWithdrawals(uint64 minTimeBetweenWithdrawals);

    error InvalidWithdrawalId();
    error AmountTooSmall();
    error NoUpkeepNeeded();

    function initialize(
        address _token,
        address _lst,
        address _priorityPool,
        uint256 _minWithdrawalAmount,
        uint64 _minTimeBetweenWithdrawals
    ) external initializer {
        __StakeLinkBase_init();
        token = IERC20(_token);
        lst = IStakingPool(_lst);
        priorityPool = IPriorityPool(_priorityPool);
        minWithdrawalAmount = _minWithdrawalAmount;
        minTimeBetweenWithdrawals = _minTimeBetweenWithdrawals;
        timeOfLastWithdrawal = uint64(block.timestamp);
        withdrawals.push();
        batches.push();
        lst.safeApprove(_priorityPool, type(uint256).max);
    }

    function queueWithdrawal(address _account, uint256 _amount) external only(address(priorityPool)) {
        if (_amount < minWithdrawalAmount) revert AmountTooSmall();
        lst.safeTransferFrom(msg.sender, address(this), _amount);
        uint256 shares = lst.getSharesByStake(_amount);
        uint256 id = withdrawals.length;
        withdrawals.push(Withdrawal(uint128(shares), 0));
        queuedShares += shares;
        idsOf[_account].push(id);
        ownerOf[id] = _account;
        emit QueueWithdrawal(_account, _amount);
    }

    /// METIS of a new deposit in exchange for the stMETIS at the front.
    function deposit(uint256 _amount) external only(address(priorityPool)) {
        token.safeTransferFrom(msg.sender, address(this), _amount);
        lst.safeTransfer(msg.sender, _amount);
        _finalize(_amount);
    }

    /// Pays withdrawals that are finalized, in whole or in part.
    function withdraw(uint256[] calldata _withdrawalIds, uint256[] calldata _batchIds) external {
        uint256 paid;
        for (uint256 i; i < _withdrawalIds.length; i++) {
            (uint256 id, uint256 batchId) = (_withdrawalIds[i], _batchIds[i]);
            uint256 partly = withdrawals[id].partiallyWithdrawableAmount;
            bool isFinal = id <= batches[batchId].lastId;
            if (ownerOf[id] != msg.sender) revert SenderNotAuthorized();
            if (batchId != 0) {
                if (id <= batches[batchId - 1].lastId) revert InvalidWithdrawalId();
                if (!isFinal && partly == 0) revert InvalidWithdrawalId();
            }
            if (isFinal) {
                paid += _close(id, batchId);
            } else {
                paid += partly;
                withdrawals[id].partiallyWithdrawableAmount = 0;
            }
        }
        token.safeTransfer(msg.sender, paid);
        emit Withdraw(msg.sender, paid);
    }

    /// Pays the owners of withdrawals that nobody claims.
    function forceWithdraw(
        uint256[] calldata _withdrawalIds,
        uint256[] calldata _batchIds
    ) external onlyOwner {
        for (uint256 i; i < _withdrawalIds.length; i++) {
            (uint256 id, uint256 batchId) = (_withdrawalIds[i], _batchIds[i]);
            if (id <= batches[batchId - 1].lastId || id > batches[batchId].lastId) {
                revert InvalidWithdrawalId();
            }
            address owner = ownerOf[id];
            uint256 paid = _close(id, batchId);
            token.safeTransfer(owner, paid);
            emit Withdraw(owner, paid);
        }
    }

    function performUpkeep(bytes calldata _performData) external {
        (uint256 total, uint256 liquid) = _dueAndLiquid();
        if (total == 0 || liquid == 0 || !_isTime()) revert NoUpkeepNeeded();
        timeOfLastWithdrawal = uint64(block.timestamp);
        uint256 amount = Math.min(total, liquid);
        priorityPool.executeQueuedWithdrawals(amount, abi.decode(_performData, (bytes[])));
        _finalize(amount);
    }

    /// Batches whose withdrawals are all paid need not be searched any more.
    function updateWithdrawalBatchIdCutoff() external {
        uint256 id = withdrawalIdCutoff;
        while (id + 1 < withdrawals.length && _isEmpty(id)) id++;
        uint256 batchId = withdrawalBatchIdCutoff;
        while (batchId + 1 < batches.length && batches[batchId].lastId < id) batchId++;
        withdrawalIdCutoff = uint128(id);
        withdrawalBatchIdCutoff = uint128(batchId);
    }

    function setMinWithdrawalAmount(uint256 _minWithdrawalAmount) external onlyOwner {
        minWithdrawalAmount = _minWithdrawalAmount;
        emit SetMinWithdrawalAmount(_minWithdrawalAmount);
    }

    function setMinTimeBetweenWithdrawals(uint64 _minTimeBetweenWithdrawals) external onlyOwner {
        minTimeBetweenWithdrawals = _minTimeBetweenWithdrawals;
        emit SetMinTimeBetweenWithdrawals(_minTimeBetweenWithdrawals);
    }

    function checkUpkeep(bytes calldata) external view returns (bool, bytes memory) {
        (uint256 total, uint256 liquid) = _dueAndLiquid();
        return (total != 0 && liquid != 0 && _isTime(), "");
    }

    function getTotalQueuedWithdrawals() external view returns (uint256) {
        return lst.getStakeByShares(queuedShares);
    }

    function getAccountTotalQueuedWithdrawals(address _account) external view returns (uint256) {
        uint256[] memory ids = getWithdrawalIdsByOwner(_account);
        uint256[] memory batchIds = getBatchIds(ids);
        uint256 shares;
        for (uint256 i; i < ids.length; i++) {
            if (batchIds[i] == 0) shares += withdrawals[ids[i]].sharesRemaining;
        }
        return lst.getStakeByShares(shares);
    }

    function getWithdrawals(
        uint256[] calldata _withdrawalIds
    ) external view returns (Withdrawal[] memory found) {
        found = new Withdrawal[](_withdrawalIds.length);
        for (uint256 i; i < found.length; i++) found[i] = withdrawals[_withdrawalIds[i]];
    }

    /// The ids up to the first one that waits, and the METIS that they pay now.
    function getFinalizedWithdrawalIdsByOwner(
        address _account
    ) external view returns (uint256[] memory, uint256 total) {
        uint256[] memory ids = getWithdrawalIdsByOwner(_account);
        uint256[] memory batchIds = getBatchIds(ids);
        uint256 count;
        for (; count < ids.length; count++) {
            Withdrawal memory each = withdrawals[ids[count]];
            if (batchIds[count] == 0 && each.partiallyWithdrawableAmount == 0) break;
            total += each.partiallyWithdrawableAmount;
            if (batchIds[count] != 0) total += _worth(each.sharesRemaining, batchIds[count]);
        }
        return (_firstOf(ids, count), total);
    }

    /// Zero for those that wait.
    function getBatchIds(uint256[] memory _withdrawalIds) public view returns (uint256[] memory ids) {
        ids = new uint256[](_withdrawalIds.length);
        for (uint256 i; i < ids.length; i++) {
            for (uint256 j = withdrawalBatchIdCutoff; j < batches.length; j++) {
                if (_withdrawalIds[i] > batches[j].lastId) continue;
                ids[i] = j;
                break;
            }
        }
    }

    function getWithdrawalIdsByOwner(address _account) public view returns (uint256[] memory) {
        uint256[] memory all = idsOf[_account];
        uint256 count;
        for (uint256 i; i < all.length; i++) {
            if (!_isEmpty(all[i])) all[count++] = all[i];
        }
        return _firstOf(all, count);
    }

    /// From the front of the queue, at the price of this moment.
    function _finalize(uint256 _amount) private {
        uint256 left = lst.getSharesByStake(_amount);
        queuedShares -= left;
        uint256 id = indexOfNextWithdrawal;
        while (id < withdrawals.length && withdrawals[id].sharesRemaining < left) {
            left -= withdrawals[id].sharesRemaining;
            id++;
        }
        // Nothing may be paid that was not asked for.
        assert(id < withdrawals.length || left == 0);
        if (id < withdrawals.length) {
            bool isWhole = withdrawals[id].sharesRemaining == left;
            if (!isWhole) _finalizePart(id, left);
            indexOfNextWithdrawal = isWhole ? id + 1 : id;
            uint256 lastId = isWhole ? id : id - 1;
            batches.push(Batch(uint128(lastId), uint128(lst.getStakeByShares(1 ether))));
        }
        emit WithdrawalsFinalized(_amount);
    }

    function _finalizePart(uint256 _id, uint256 _shares) private {
        Withdrawal storage each = withdrawals[_id];
        uint256 rest = each.sharesRemaining - _shares;
        each.partiallyWithdrawableAmount += uint128(lst.getStakeByShares(_shares));
        if (rest < DUST) {
            queuedShares -= rest;
            rest = 0;
        }
        each.sharesRemaining = uint128(rest);
    }

    function _close(uint256 _id, uint256 _batchId) private returns (uint256) {
        Withdrawal memory each = withdrawals[_id];
        delete withdrawals[_id];
        delete ownerOf[_id];
        return each.partiallyWithdrawableAmount + _worth(each.sharesRemaining, _batchId);
    }

    function _dueAndLiquid() private view returns (uint256 total, uint256 liquid) {
        total = lst.getStakeByShares(queuedShares);
        liquid = priorityPool.canWithdraw(address(this), 0);
    }

    function _isTime() private view returns (bool) {
        return block.timestamp > timeOfLastWithdrawal + minTimeBetweenWithdrawals;
    }

    function _isEmpty(uint256 _id) private view returns (bool) {
        Withdrawal memory each = withdrawals[_id];
        return each.sharesRemaining == 0 && each.partiallyWithdrawableAmount == 0;
    }

    function _worth(uint256 _shares, uint256 _batchId) private view returns (uint256) {
        return (_shares * batches[_batchId].stakePerShares) / 1 ether;
    }

    function _firstOf(
        uint256[] memory _all,
        uint256 _count
    ) private pure returns (uint256[] memory first) {
        first = new uint256[](_count);
        for (uint256 i; i < _count; i++) first[i] = _all[i];
    }
}
