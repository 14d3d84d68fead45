// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {PausableUpgradeable} from "@openzeppelin/contracts-upgradeable/security/PausableUpgradeable.sol";
import {StakeLinkBase} from "./StakeLinkBase.sol";
import {InsufficientLiquidity, ISdlPool, IStakingPool, ITokenReceiver, IWithdrawalPool, PoolStatus, SenderNotAuthorized} from "./StakeLinkTypes.sol";

/// Where METIS comes in and goes out. Deposits without room wait here, and the stMETIS that they get
/// later is shared out by a Merkle tree.
contract PriorityPool is StakeLinkBase, PausableUpgradeable, ITokenReceiver {
    using SafeERC20 for IERC20;
    using SafeERC20 for IStakingPool;

    IERC20 public token;
    IStakingPool public stakingPool;
    ISdlPool public sdlPool;
    address public distributionOracle;
    uint128 public queueDepositMin;
    uint128 public queueDepositMax;
    PoolStatus public poolStatus;
    bytes32 public merkleRoot;
    bytes32 public ipfsHash;
    /// Accounts below this index are in the tree.
    uint256 public merkleTreeSize;
    uint256 public totalQueued;
    /// Queued METIS that was staked, or swapped for stMETIS, since the last distribution.
    uint256 public depositsSinceLastUpdate;
    uint256 private sharesSinceLastUpdate;
    address public rebaseController;
    IWithdrawalPool public withdrawalPool;
    bool public allowInstantWithdrawals;

    /// The first one is nobody: index 0 means that an account has never queued.
    address[] private accounts;
    mapping(address account => uint256 index) private indexes;
    /// Everything ever queued, less what was unqueued.
    mapping(address account => uint256 amount) private queued;
    mapping(address account => uint256 amount) private claimed;
    mapping(address account => uint256 shares) private sharesClaimed;

    event UnqueueTokens(address indexed account, uint256 amount);
    event ClaimLSDTokens(address indexed account, uint256 amount, uint256 amountWithYield);
    event Deposit(address indexed account, uint256 instantAmount, uint256 queueAmount);
    event Withdraw(address indexed account, uint256 amount);
    event UpdateDistribution(
        bytes32 merkleRoot,
        bytes32 ipfsHash,
        uint256 incrementalAmount,
        uint256 incrementalSharesAmount
    );
    event SetPoolStatus(PoolStatus status);
    event SetQueueDepositParams(uint128 queueDepositMin, uint128 queueDepositMax);
    event DepositTokens(uint256 unusedTokensAmount, uint256 queuedTokensAmount);

    error InvalidValue();
    error UnauthorizedToken();
    error InsufficientQueuedTokens();
    error InvalidProof();
    error InsufficientBalance();
    error NothingToClaim();
    error DepositsDisabled();
    error WithdrawalsDisabled();
    error InsufficientDepositRoom();
    error CannotSetClosedStatus();
    error InvalidAmount();
    error StatusAlreadySet();
    error WithdrawFailed();

    function initialize(
        address _token,
        address _stakingPool,
        address _sdlPool,
        uint128 _queueDepositMin,
        uint128 _queueDepositMax,
        bool _allowInstantWithdrawals
    ) external initializer {
        __StakeLinkBase_init();
        __Pausable_init();
        token = IERC20(_token);
        stakingPool = IStakingPool(_stakingPool);
        sdlPool = ISdlPool(_sdlPool);
        queueDepositMin = _queueDepositMin;
        queueDepositMax = _queueDepositMax;
        allowInstantWithdrawals = _allowInstantWithdrawals;
        accounts.push(address(0));
        token.safeIncreaseAllowance(_stakingPool, type(uint256).max);
    }

    /// METIS is a deposit, stMETIS a withdrawal.
    function onTokenTransfer(address _sender, uint256 _value, bytes calldata _data) external {
        if (_value == 0) revert InvalidValue();
        (bool queue, bytes[] memory data) = abi.decode(_data, (bool, bytes[]));
        if (msg.sender == address(token)) {
            _deposit(_sender, _value, queue, data);
        } else if (msg.sender == address(stakingPool)) {
            token.safeTransfer(_sender, _withdraw(_sender, _value, queue, true, data));
        } else {
            revert UnauthorizedToken();
        }
    }

    /// Without `_shouldQueue` what finds no room comes back, and the call succeeds all the same.
    function deposit(uint256 _amount, bool _shouldQueue, bytes[] calldata _data) external {
        if (_amount == 0) revert InvalidAmount();
        token.safeTransferFrom(msg.sender, address(this), _amount);
        _deposit(msg.sender, _amount, _shouldQueue, _data);
    }

    /// With `_shouldUnqueue` the account's own queued METIS is used up first.
    function withdraw(
        uint256 _amountToWithdraw,
        uint256 _amount,
        uint256 _sharesAmount,
        bytes32[] calldata _merkleProof,
        bool _shouldUnqueue,
        bool _shouldQueueWithdrawal,
        bytes[] calldata _data
    ) external {
        if (_amountToWithdraw == 0) revert InvalidAmount();
        uint256 paid;
        if (_shouldUnqueue) {
            _requireNotPaused();
            if (_merkleProof.length > 0) _prove(_amount, _sharesAmount, _merkleProof);
            else if (_isInTree(msg.sender)) revert InvalidProof();
            uint256 own = Math.min(getQueuedTokens(msg.sender, _amount), totalQueued);
            paid = Math.min(own, _amountToWithdraw);
            if (paid > 0) _unqueue(paid);
        }
        uint256 left = _amountToWithdraw - paid;
        if (left > 0) {
            stakingPool.safeTransferFrom(msg.sender, address(this), left);
            paid += _withdraw(msg.sender, left, _shouldQueueWithdrawal, paid == 0, _data);
        }
        token.safeTransfer(msg.sender, paid);
    }

    function unqueueTokens(
        uint256 _amountToUnqueue,
        uint256 _amount,
        uint256 _sharesAmount,
        bytes32[] calldata _merkleProof
    ) external whenNotPaused {
        if (_amountToUnqueue == 0) revert InvalidAmount();
        if (_amountToUnqueue > totalQueued) revert InsufficientQueuedTokens();
        if (_isInTree(msg.sender)) _prove(_amount, _sharesAmount, _merkleProof);
        if (_amountToUnqueue > getQueuedTokens(msg.sender, _amount)) revert InsufficientBalance();
        _unqueue(_amountToUnqueue);
        token.safeTransfer(msg.sender, _amountToUnqueue);
    }

    /// The stMETIS that came of queued METIS, with what it has earned.
    function claimLSDTokens(
        uint256 _amount,
        uint256 _sharesAmount,
        bytes32[] calldata _merkleProof
    ) external {
        _prove(_amount, _sharesAmount, _merkleProof);
        uint256 amount = _amount - claimed[msg.sender];
        uint256 worth = stakingPool.getStakeByShares(_sharesAmount - sharesClaimed[msg.sender]);
        if (worth == 0) revert NothingToClaim();
        claimed[msg.sender] = _amount;
        sharesClaimed[msg.sender] = _sharesAmount;
        stakingPool.safeTransfer(msg.sender, worth);
        emit ClaimLSDTokens(msg.sender, amount, worth);
    }

    /// Stakes what is queued, within limits of the caller's choice.
    function depositQueuedTokens(
        uint256 _queueDepositMin,
        uint256 _queueDepositMax,
        bytes[] calldata _data
    ) external {
        _stakeQueued(_queueDepositMin, _queueDepositMax, _data);
    }

    function performUpkeep(bytes calldata _performData) external {
        _stakeQueued(queueDepositMin, queueDepositMax, abi.decode(_performData, (bytes[])));
    }

    function executeQueuedWithdrawals(
        uint256 _amount,
        bytes[] calldata _data
    ) external only(address(withdrawalPool)) {
        stakingPool.safeTransferFrom(msg.sender, address(this), _amount);
        stakingPool.withdraw(address(this), address(this), _amount, _data);
        token.safeTransfer(msg.sender, _amount);
    }

    /// Queueing and unqueueing stop until the next tree is there.
    function pauseForUpdate() external only(distributionOracle) {
        _pause();
    }

    function updateDistribution(
        bytes32 _merkleRoot,
        bytes32 _ipfsHash,
        uint256 _amountDistributed,
        uint256 _sharesAmountDistributed
    ) external only(distributionOracle) {
        _unpause();
        depositsSinceLastUpdate -= _amountDistributed;
        sharesSinceLastUpdate -= _sharesAmountDistributed;
        merkleRoot = _merkleRoot;
        ipfsHash = _ipfsHash;
        merkleTreeSize = accounts.length;
        emit UpdateDistribution(
            _merkleRoot,
            _ipfsHash,
            _amountDistributed,
            _sharesAmountDistributed
        );
    }

    function setPoolStatus(PoolStatus _status) external {
        if (msg.sender != owner() && msg.sender != rebaseController) revert SenderNotAuthorized();
        if (_status == poolStatus) revert StatusAlreadySet();
        poolStatus = _status;
        emit SetPoolStatus(_status);
    }

    function setQueueDepositParams(
        uint128 _queueDepositMin,
        uint128 _queueDepositMax
    ) external onlyOwner {
        queueDepositMin = _queueDepositMin;
        queueDepositMax = _queueDepositMax;
        emit SetQueueDepositParams(_queueDepositMin, _queueDepositMax);
    }

    function setAllowInstantWithdrawals(bool _allowInstantWithdrawals) external onlyOwner {
        allowInstantWithdrawals = _allowInstantWithdrawals;
    }

    function setDistributionOracle(address _distributionOracle) external onlyOwner {
        distributionOracle = _distributionOracle;
    }

    function setRebaseController(address _rebaseController) external onlyOwner {
        rebaseController = _rebaseController;
    }

    function setWithdrawalPool(address _withdrawalPool) external onlyOwner {
        address old = address(withdrawalPool);
        if (old != address(0)) _approve(old, 0);
        _approve(_withdrawalPool, type(uint256).max);
        withdrawalPool = IWithdrawalPool(_withdrawalPool);
    }

    function getAccounts() external view returns (address[] memory) {
        return accounts;
    }

    function getAccountIndex(address _account) external view returns (uint256) {
        return indexes[_account];
    }

    function getAccountData()
        external
        view
        returns (address[] memory, uint256[] memory, uint256[] memory)
    {
        uint256[] memory weights = new uint256[](accounts.length);
        uint256[] memory amounts = new uint256[](accounts.length);
        for (uint256 i; i < accounts.length; i++) {
            if (address(sdlPool) != address(0)) {
                weights[i] = sdlPool.effectiveBalanceOf(accounts[i]);
            }
            amounts[i] = queued[accounts[i]];
        }
        return (accounts, weights, amounts);
    }

    function getLSDTokens(
        address _account,
        uint256 _distributionShareAmount
    ) external view returns (uint256) {
        return _claimable(_account, _distributionShareAmount);
    }

    function getLSDTokensBatch(
        address[] calldata _accounts,
        uint256[] calldata _distributionShareAmounts
    ) external view returns (uint256[] memory amounts) {
        amounts = new uint256[](_accounts.length);
        for (uint256 i; i < amounts.length; i++) {
            amounts[i] = _claimable(_accounts[i], _distributionShareAmounts[i]);
        }
    }

    function getDepositsSinceLastUpdate() external view returns (uint256, uint256) {
        return (depositsSinceLastUpdate, sharesSinceLastUpdate);
    }

    /// METIS that an account could have at once, its own queued METIS included.
    function canWithdraw(
        address _account,
        uint256 _distributionAmount
    ) external view returns (uint256) {
        uint256 own = paused()
            ? 0
            : Math.min(getQueuedTokens(_account, _distributionAmount), totalQueued);
        if (poolStatus == PoolStatus.CLOSED) return own;
        bool isInstant = _account == address(withdrawalPool) || _allowsInstant();
        uint256 liquid = (isInstant ? stakingPool.canWithdraw() : 0) + totalQueued - own;
        return own + Math.min(stakingPool.balanceOf(_account), liquid);
    }

    function checkUpkeep(bytes calldata) external view returns (bool, bytes memory) {
        if (poolStatus != PoolStatus.OPEN) return (false, "");
        uint256 room = stakingPool.getStrategyDepositRoom();
        uint256 waiting = totalQueued + stakingPool.getUnusedDeposits();
        if (room < queueDepositMin || waiting < queueDepositMin) return (false, "");
        return (true, abi.encode(Math.min(Math.min(room, waiting), queueDepositMax)));
    }

    function getQueuedTokens(
        address _account,
        uint256 _distributionAmount
    ) public view returns (uint256) {
        return queued[_account] - _distributionAmount;
    }

    /// While anything is queued, every deposit queues behind it. Else it first pays withdrawals that
    /// wait, then fills the pool.
    function _deposit(
        address _account,
        uint256 _amount,
        bool _shouldQueue,
        bytes[] memory _data
    ) private {
        if (poolStatus != PoolStatus.OPEN) revert DepositsDisabled();
        uint256 left = _amount;
        if (totalQueued == 0) {
            uint256 swapped = Math.min(left, withdrawalPool.getTotalQueuedWithdrawals());
            if (swapped > 0) {
                withdrawalPool.deposit(swapped);
                stakingPool.safeTransfer(_account, swapped);
                left -= swapped;
            }
            uint256 staked = left > 0 ? Math.min(left, stakingPool.canDeposit()) : 0;
            if (staked > 0) {
                stakingPool.deposit(_account, staked, _data);
                left -= staked;
            }
        }
        if (left > 0) {
            if (_shouldQueue) _queue(_account, left);
            else token.safeTransfer(_account, left);
        }
        emit Deposit(_account, _amount - left, _shouldQueue ? left : 0);
    }

    function _queue(address _account, uint256 _amount) private {
        _requireNotPaused();
        if (indexes[_account] == 0) {
            indexes[_account] = accounts.length;
            accounts.push(_account);
        }
        queued[_account] += _amount;
        totalQueued += _amount;
    }

    function _unqueue(uint256 _amount) private {
        queued[msg.sender] -= _amount;
        totalQueued -= _amount;
        emit UnqueueTokens(msg.sender, _amount);
    }

    /// The stMETIS is here already. It is swapped against queued METIS, then against what the pool
    /// can pay; the rest waits.
    function _withdraw(
        address _account,
        uint256 _amount,
        bool _shouldQueue,
        bool _revertsOnNothing,
        bytes[] memory _data
    ) private returns (uint256 withdrawn) {
        if (poolStatus == PoolStatus.CLOSED) revert WithdrawalsDisabled();
        if (_amount == 0) revert InvalidAmount();
        withdrawn = Math.min(_amount, totalQueued);
        if (withdrawn > 0) {
            totalQueued -= withdrawn;
            _note(withdrawn);
        }
        if (withdrawn < _amount && _allowsInstant()) {
            uint256 instant = Math.min(stakingPool.canWithdraw(), _amount - withdrawn);
            if (instant > 0) {
                stakingPool.withdraw(address(this), address(this), instant, _data);
                withdrawn += instant;
            }
        }
        bool waits = _settleRest(_account, _amount - withdrawn, _shouldQueue);
        if (_revertsOnNothing && withdrawn == 0 && !waits) revert WithdrawFailed();
        if (withdrawn > 0) emit Withdraw(_account, withdrawn);
    }

    /// A rest below the minimum of the queue goes back.
    function _settleRest(
        address _account,
        uint256 _rest,
        bool _shouldQueue
    ) private returns (bool waits) {
        if (_rest == 0) return false;
        if (!_shouldQueue) revert InsufficientLiquidity();
        waits = _rest >= withdrawalPool.minWithdrawalAmount();
        if (waits) withdrawalPool.queueWithdrawal(_account, _rest);
        else stakingPool.safeTransfer(_account, _rest);
    }

    /// What lies unused in the pool goes before what is queued.
    function _stakeQueued(uint256 _min, uint256 _max, bytes[] memory _data) private {
        if (poolStatus != PoolStatus.OPEN) revert DepositsDisabled();
        uint256 room = stakingPool.getStrategyDepositRoom();
        if (room == 0 || room < _min) revert InsufficientDepositRoom();
        uint256 unused = stakingPool.getUnusedDeposits();
        uint256 waiting = totalQueued + unused;
        if (waiting == 0 || waiting < _min) revert InsufficientQueuedTokens();
        uint256 fromPool = Math.min(Math.min(unused, room), _max);
        uint256 fromQueue = Math.min(Math.min(totalQueued, room - fromPool), _max - fromPool);
        stakingPool.deposit(address(this), fromQueue, _data);
        if (fromQueue > 0) {
            _note(fromQueue);
            totalQueued -= fromQueue;
        }
        emit DepositTokens(fromPool, fromQueue);
    }

    /// The next tree shares it out.
    function _note(uint256 _amount) private {
        depositsSinceLastUpdate += _amount;
        sharesSinceLastUpdate += stakingPool.getSharesByStake(_amount);
    }

    function _approve(address _spender, uint256 _amount) private {
        stakingPool.safeApprove(_spender, _amount);
        token.safeApprove(_spender, _amount);
    }

    function _prove(
        uint256 _amount,
        uint256 _sharesAmount,
        bytes32[] calldata _merkleProof
    ) private view {
        bytes32 inner = keccak256(abi.encode(msg.sender, _amount, _sharesAmount));
        bytes32 leaf = keccak256(bytes.concat(inner));
        if (!MerkleProof.verifyCalldata(_merkleProof, merkleRoot, leaf)) revert InvalidProof();
    }

    function _claimable(address _account, uint256 _shares) private view returns (uint256) {
        return stakingPool.getStakeByShares(_shares - sharesClaimed[_account]);
    }

    function _isInTree(address _account) private view returns (bool) {
        return indexes[_account] != 0 && indexes[_account] < merkleTreeSize;
    }

    /// Nobody overtakes those who wait.
    function _allowsInstant() private view returns (bool) {
        return allowInstantWithdrawals && withdrawalPool.getTotalQueuedWithdrawals() == 0;
    }
}
