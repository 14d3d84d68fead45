// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {ILockingInfo} from "./ILockingInfo.sol";
import {SequencerRecord} from "./SequencerRecord.sol";

interface IChainBridge {
    function depositERC20ToByChainId(
        uint256 _chainId,
        address _l1Token,
        address _l2Token,
        address _to,
        uint256 _amount,
        uint32 _l2Gas,
        bytes calldata _data
    ) external payable;
}

/// Holds the locked METIS, pays it out and logs the life of every sequencer. LockingPool decides,
/// this contract moves money; so allowances are given to this address.
contract LockingInfo is OwnableUpgradeable, ILockingInfo {
    using SafeERC20 for IERC20;

    address public manager;
    address public bridge;
    address public l1Token;
    address public l2Token;
    address public rewardPayer;
    uint256 public l2ChainId;
    uint256 public minLock;
    uint256 public maxLock;
    uint256 public totalLocked;
    uint256 public totalRewardsLiquidated;

    event Locked(
        address indexed signer,
        uint256 indexed sequencerId,
        uint256 nonce,
        uint256 indexed activationBatch,
        uint256 amount,
        uint256 total,
        bytes signerPubkey
    );
    event Relocked(uint256 indexed sequencerId, uint256 amount, uint256 total);
    event Withdraw(uint256 indexed sequencerId, uint256 amount);
    event LockUpdate(
        uint256 indexed sequencerId,
        uint256 indexed nonce,
        uint256 indexed newAmount
    );
    event ClaimRewards(
        uint256 indexed sequencerId,
        address recipient,
        uint256 indexed amount,
        uint256 indexed totalAmount
    );
    event UnlockInit(
        address indexed user,
        uint256 indexed sequencerId,
        uint256 nonce,
        uint256 deactivationBatch,
        uint256 deactivationTime,
        uint256 unlockClaimTime,
        uint256 indexed amount
    );
    event Unlocked(
        address indexed user,
        uint256 indexed sequencerId,
        uint256 amount,
        uint256 total
    );
    event SignerChange(
        uint256 indexed sequencerId,
        uint256 nonce,
        address indexed oldSigner,
        address indexed newSigner,
        bytes signerPubkey
    );
    event BatchSubmitReward(uint256 _newBatchId);
    event SetMinLock(uint256 _newMinLock);
    event SetMaxLock(uint256 _newMaxLock);
    event SetRewardPayer(address _payer);

    modifier onlyManager() {
        require(msg.sender == manager, "Not manager");
        _;
    }

    constructor() {
        _disableInitializers();
    }

    function initialize(
        address _bridge,
        address _l1Token,
        address _l2Token,
        uint256 _l2ChainId
    ) external initializer {
        __Ownable_init();
        bridge = _bridge;
        l1Token = _l1Token;
        l2Token = _l2Token;
        l2ChainId = _l2ChainId;
        minLock = 20_000 ether;
        maxLock = 100_000 ether;
    }

    function initManager(address _manager) external onlyOwner {
        require(manager == address(0), "manager has been initialized");
        manager = _manager;
    }

    function setMinLock(uint256 _minLock) external onlyOwner {
        require(_minLock > 0, "_minLock=0");
        minLock = _minLock;
        emit SetMinLock(_minLock);
    }

    function setMaxLock(uint256 _maxLock) external onlyOwner {
        require(_maxLock >= minLock, "maxLock<minLock");
        maxLock = _maxLock;
        emit SetMaxLock(_maxLock);
    }

    function setRewardPayer(address _payer) external onlyOwner {
        rewardPayer = _payer;
        emit SetRewardPayer(_payer);
    }

    function newSequencer(
        uint256 _id,
        address _owner,
        address _signer,
        uint256 _amount,
        uint256 _batchId,
        bytes calldata _signerPubkey
    ) external onlyManager {
        require(_amount >= minLock && _amount <= maxLock, "invalid amount");
        IERC20(l1Token).safeTransferFrom(_owner, address(this), _amount);
        totalLocked += _amount;
        emit Locked(_signer, _id, 1, _batchId, _amount, totalLocked, _signerPubkey);
    }

    function increaseLocked(
        uint256 _seqId,
        uint256 _nonce,
        address _owner,
        uint256 _locked,
        uint256 _incoming,
        uint256 _fromReward
    ) external onlyManager {
        require(_locked <= maxLock, "locked>maxLock");
        uint256 added = _incoming + _fromReward;
        require(added > 0, "No new locked added");
        IERC20(l1Token).safeTransferFrom(_owner, address(this), _incoming);
        totalLocked += added;
        emit Relocked(_seqId, added, totalLocked);
        emit LockUpdate(_seqId, _nonce, _locked);
    }

    function withdrawLocking(
        uint256 _seqId,
        address _owner,
        uint256 _nonce,
        uint256 _amount,
        uint256 _locked
    ) external onlyManager {
        require(_amount > 0 && _locked >= minLock, "invalid amount");
        totalLocked -= _amount;
        IERC20(l1Token).safeTransfer(_owner, _amount);
        emit Withdraw(_seqId, _amount);
        emit LockUpdate(_seqId, _nonce, _locked);
    }

    function liquidateReward(
        uint256 _seqId,
        uint256 _amount,
        address _recipient,
        uint32 _l2gas
    ) external payable onlyManager {
        _sendRewardToL2(_seqId, _amount, _recipient, _l2gas);
    }

    function initializeUnlock(
        uint256 _seqId,
        uint256 _reward,
        uint32 _l2gas,
        SequencerRecord calldata _seq
    ) external payable onlyManager {
        _sendRewardToL2(_seqId, _reward, _seq.rewardRecipient, _l2gas);
        emit UnlockInit(
            _seq.signer,
            _seqId,
            _seq.nonce,
            _seq.deactivationBatch,
            _seq.deactivationTime,
            _seq.unlockClaimTime,
            _reward
        );
    }

    function finalizeUnlock(
        address _operator,
        uint256 _seqId,
        uint256 _amount,
        uint256 _reward,
        address _recipient,
        uint32 _l2gas
    ) external payable onlyManager {
        totalLocked -= _amount;
        IERC20(l1Token).safeTransfer(_operator, _amount);
        _sendRewardToL2(_seqId, _reward, _recipient, _l2gas);
        emit Unlocked(_operator, _seqId, _amount, totalLocked);
    }

    function logSignerChange(
        uint256 sequencerId,
        address oldSigner,
        address newSigner,
        uint256 nonce,
        bytes calldata signerPubkey
    ) external onlyManager {
        emit SignerChange(sequencerId, nonce, oldSigner, newSigner, signerPubkey);
    }

    function distributeReward(uint256 _batchId, uint256 _totalReward) external onlyManager {
        IERC20(l1Token).safeTransferFrom(rewardPayer, address(this), _totalReward);
        emit BatchSubmitReward(_batchId);
    }

    /// With nothing to send the fee stays here for good: the deployed contract does the same, and
    /// callers have to avoid it.
    function _sendRewardToL2(
        uint256 _seqId,
        uint256 _amount,
        address _recipient,
        uint32 _l2gas
    ) private {
        if (_amount == 0) return;
        totalRewardsLiquidated += _amount;
        IERC20(l1Token).safeIncreaseAllowance(bridge, _amount);
        IChainBridge(bridge).depositERC20ToByChainId{value: msg.value}(
            l2ChainId,
            l1Token,
            l2Token,
            _recipient,
            _amount,
            _l2gas,
            ""
        );
        emit ClaimRewards(_seqId, _recipient, _amount, totalRewardsLiquidated);
    }
}
