// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {PausableUpgradeable} from "@openzeppelin/contracts-upgradeable/security/PausableUpgradeable.sol";
import {ILockingInfo} from "./ILockingInfo.sol";
import {SequencerRecord, SequencerStatus} from "./SequencerRecord.sol";

/// The register of sequencers. The order of the checks is part of the contract: operators' tools
/// predict which revert a call meets first.
contract LockingPool is OwnableUpgradeable, PausableUpgradeable {
    struct BatchState {
        uint256 id;
        uint256 number;
        uint256 startEpoch;
        uint256 endEpoch;
    }

    error NoRewardRecipient();
    error NoSuchSeq();
    error NotSeqOwner();
    error NotSeqSigner();
    error NotWhitelisted();
    error NullAddress();
    error OwnedSequencer();
    error SeqNotActive();
    error SignerExisted();

    /// A signer that was ever replaced or unlocked can never sign for anybody again.
    uint256 private constant BURNED = type(uint256).max;

    /// The implementation deployed on mainnet has two rules that its published source lacks.
    bool private immutable mainnetRules;

    ILockingInfo public escrow;
    address public mpcAddress;
    uint256 public rewardPerBlock;
    uint256 public exitDelayPeriod;
    uint256 public signerUpdateThrottle;
    uint256 public totalSequencers;
    BatchState public curBatchState;
    mapping(uint256 seqId => SequencerRecord) public sequencers;
    mapping(address owner => uint256 seqId) public seqOwners;
    mapping(address signer => uint256 seqId) public seqSigners;
    mapping(SequencerStatus status => uint256 count) public seqStatuses;
    mapping(address owner => bool yes) public whitelist;

    event DistributeReward(
        uint256 indexed batchId,
        uint256 startEpoch,
        uint256 endEpoch,
        uint256 amount,
        uint256 rpb
    );
    event RewardUpdate(uint256 newReward, uint256 oldReward);
    event SequencerOwnerChanged(uint256 _seqId, address _owner);
    event SequencerRewardRecipientChanged(uint256 _seqId, address _recipient);
    event SetSignerUpdateThrottle(uint256 _n);
    event SetWhitelist(address _user, bool _yes);
    event UpdateMpc(address _newMpc);
    event WithrawDelayTimeChange(uint256 _cur, uint256 _prev);

    modifier onlyWhitelisted() {
        _requireWhitelisted(msg.sender);
        _;
    }

    constructor(bool _mainnetRules) {
        mainnetRules = _mainnetRules;
        _disableInitializers();
    }

    function initialize(address _escrow) external initializer {
        __Ownable_init();
        __Pausable_init();
        escrow = ILockingInfo(_escrow);
        rewardPerBlock = 761_000 gwei;
        exitDelayPeriod = 21 days;
        signerUpdateThrottle = 1;
        curBatchState = BatchState({id: 1, number: block.number, startEpoch: 0, endEpoch: 0});
    }

    function WITHDRAWAL_DELAY() external view returns (uint256) {
        return exitDelayPeriod;
    }

    function BLOCK_REWARD() external view returns (uint256) {
        return rewardPerBlock;
    }

    function currentBatch() external view returns (uint256) {
        return curBatchState.id;
    }

    function setWhitelist(address _addr, bool _yes) external onlyOwner {
        whitelist[_addr] = _yes;
        emit SetWhitelist(_addr, _yes);
    }

    function setPause(bool _yes) external onlyOwner {
        if (_yes) _pause();
        else _unpause();
    }

    function updateMpc(address _newMpc) external onlyOwner {
        mpcAddress = _newMpc;
        emit UpdateMpc(_newMpc);
    }

    function updateBlockReward(uint256 newReward) external onlyOwner {
        require(newReward != 0, "invalid newReward");
        emit RewardUpdate(newReward, rewardPerBlock);
        rewardPerBlock = newReward;
    }

    function updateWithdrawDelayTimeValue(uint256 _time) external onlyOwner {
        require(_time > 0, "dalayTime==0");
        emit WithrawDelayTimeChange(_time, exitDelayPeriod);
        exitDelayPeriod = _time;
    }

    function setSignerUpdateThrottle(uint256 _n) external onlyOwner {
        signerUpdateThrottle = _n;
        emit SetSignerUpdateThrottle(_n);
    }

    function forceUnlock(uint256 _seqId, uint32 _l2Gas) external payable onlyOwner {
        _startExit(_seqId, _l2Gas, true);
    }

    function lockFor(
        address _signer,
        uint256 _amount,
        bytes calldata _signerPubkey
    ) external whenNotPaused onlyWhitelisted {
        _lock(_signer, address(0), _amount, _signerPubkey);
    }

    function lockWithRewardRecipient(
        address _signer,
        address _rewardRecipient,
        uint256 _amount,
        bytes calldata _signerPubkey
    ) external whenNotPaused onlyWhitelisted {
        _lock(_signer, _rewardRecipient, _amount, _signerPubkey);
    }

    function relock(
        uint256 _seqId,
        uint256 _amount,
        bool _lockReward
    ) external whenNotPaused onlyWhitelisted {
        SequencerRecord storage seq = _activeOwned(_seqId);
        uint256 fromReward;
        if (_lockReward) {
            fromReward = seq.reward;
            seq.reward = 0;
        }
        seq.nonce++;
        seq.amount += _amount + fromReward;
        escrow.increaseLocked(_seqId, seq.nonce, msg.sender, seq.amount, _amount, fromReward);
    }

    function withdraw(uint256 _seqId, uint256 _amount) external whenNotPaused onlyWhitelisted {
        SequencerRecord storage seq = _activeOwned(_seqId);
        require(curBatchState.id > seq.updatedBatch, "withdraw throttle");
        seq.amount -= _amount;
        seq.nonce++;
        seq.updatedBatch = curBatchState.id;
        escrow.withdrawLocking(_seqId, msg.sender, seq.nonce, _amount, seq.amount);
    }

    /// Without a reward the call succeeds and the fee stays in this contract, as on mainnet.
    function withdrawRewards(
        uint256 _seqId,
        uint32 _l2Gas
    ) external payable whenNotPaused onlyWhitelisted {
        SequencerRecord storage seq = _activeOwned(_seqId);
        address recipient = _recipientOf(seq);
        uint256 reward = seq.reward;
        if (reward == 0) return;
        seq.reward = 0;
        escrow.liquidateReward{value: msg.value}(_seqId, reward, recipient, _l2Gas);
    }

    function unlock(uint256 _seqId, uint32 _l2Gas) external payable whenNotPaused onlyWhitelisted {
        _startExit(_seqId, _l2Gas, false);
    }

    function unlockClaim(
        uint256 _seqId,
        uint32 _l2Gas
    ) external payable whenNotPaused onlyWhitelisted {
        SequencerRecord storage seq = sequencers[_seqId];
        if (seq.owner != msg.sender) revert NotSeqOwner();
        address recipient = _recipientOf(seq);
        require(
            seq.status == SequencerStatus.Inactive && block.timestamp >= seq.unlockClaimTime,
            "Not allowed to cliam"
        );

        (uint256 amount, uint256 reward) = (seq.amount, seq.reward);
        (seq.amount, seq.reward) = (0, 0);
        seq.nonce++;
        _moveStatus(seq, SequencerStatus.Unlocked);
        seqSigners[seq.signer] = BURNED;
        delete seqOwners[msg.sender];
        escrow.finalizeUnlock{value: msg.value}(
            msg.sender,
            _seqId,
            amount,
            reward,
            recipient,
            _l2Gas
        );
    }

    function setSequencerRewardRecipient(
        uint256 _seqId,
        address _recipient
    ) external onlyWhitelisted {
        SequencerRecord storage seq = sequencers[_seqId];
        if (seq.owner != msg.sender) revert NotSeqOwner();
        if (seq.status != SequencerStatus.Active) revert SeqNotActive();
        if (_recipient == address(0)) revert NullAddress();
        seq.rewardRecipient = _recipient;
        emit SequencerRewardRecipientChanged(_seqId, _recipient);
    }

    /// Under mainnet rules the new owner is not looked at: one who is not whitelisted cannot act,
    /// and one who already owns a sequencer loses the way back to it in seqOwners.
    function setSequencerOwner(uint256 _seqId, address _owner) external {
        if (mainnetRules) _requireWhitelisted(msg.sender);
        if (_owner == address(0)) revert NullAddress();
        if (!mainnetRules) {
            _requireWhitelisted(_owner);
            if (seqOwners[_owner] != 0) revert OwnedSequencer();
        }
        SequencerRecord storage seq = _activeOwned(_seqId);
        delete seqOwners[msg.sender];
        seqOwners[_owner] = _seqId;
        seq.owner = _owner;
        emit SequencerOwnerChanged(_seqId, _owner);
    }

    function updateSigner(uint256 _seqId, bytes calldata _signerPubkey) external whenNotPaused {
        SequencerRecord storage seq = sequencers[_seqId];
        if (seq.status != SequencerStatus.Active) revert SeqNotActive();
        if (seq.signer != msg.sender) revert NotSeqSigner();
        require(
            curBatchState.id >= seq.updatedBatch + signerUpdateThrottle,
            "signer updating throttle"
        );
        address newSigner = _addressOf(_signerPubkey);
        if (seqSigners[newSigner] != 0) revert SignerExisted();

        seqSigners[msg.sender] = BURNED;
        seqSigners[newSigner] = _seqId;
        seq.signer = newSigner;
        seq.pubkey = _signerPubkey;
        seq.updatedBatch = curBatchState.id;
        seq.nonce++;
        escrow.logSignerChange(_seqId, msg.sender, newSigner, seq.nonce, _signerPubkey);
    }

    /// Credits each signer for its blocks at today's reward per block. An exiting sequencer is
    /// still credited; a burned signer stops the whole batch.
    function batchSubmitRewards(
        uint256 _batchId,
        uint256 _startEpoch,
        uint256 _endEpoch,
        address[] calldata _seqs,
        uint256[] calldata _blocks
    ) external {
        require(msg.sender == mpcAddress, "not MPC");
        require(_seqs.length > 0 && _seqs.length == _blocks.length, "mismatch length");
        BatchState storage batch = curBatchState;
        require(_batchId == batch.id + 1, "invalid batch id");
        require(_startEpoch == batch.endEpoch + 1, "invalid startEpoch");
        require(_startEpoch < _endEpoch, "invalid endEpoch");

        uint256 total = _credit(_seqs, _blocks);
        curBatchState = BatchState(_batchId, block.number, _startEpoch, _endEpoch);
        escrow.distributeReward(_batchId, total);
        emit DistributeReward(_batchId, _startEpoch, _endEpoch, total, rewardPerBlock);
    }

    function _credit(
        address[] calldata _seqs,
        uint256[] calldata _blocks
    ) private returns (uint256 total) {
        for (uint256 i; i < _seqs.length; i++) {
            SequencerRecord storage seq = sequencers[seqSigners[_seqs[i]]];
            if (seq.status == SequencerStatus.Unavailabe) revert NoSuchSeq();
            uint256 reward = _blocks[i] * rewardPerBlock;
            seq.reward += reward;
            total += reward;
        }
    }

    function _lock(
        address _signer,
        address _recipient,
        uint256 _amount,
        bytes calldata _pubkey
    ) private {
        require(_addressOf(_pubkey) == _signer, "pubkey and address mismatch");
        if (seqOwners[msg.sender] != 0) revert OwnedSequencer();
        if (seqSigners[_signer] != 0) revert SignerExisted();

        uint256 seqId = ++totalSequencers;
        uint256 batchId = curBatchState.id;
        SequencerRecord storage seq = sequencers[seqId];
        seq.amount = _amount;
        seq.activationBatch = batchId;
        seq.updatedBatch = batchId;
        seq.nonce = 1;
        seq.owner = msg.sender;
        seq.signer = _signer;
        seq.pubkey = _pubkey;
        seq.rewardRecipient = _recipient;
        seq.status = SequencerStatus.Active;
        seqStatuses[SequencerStatus.Active]++;
        seqOwners[msg.sender] = seqId;
        seqSigners[_signer] = seqId;

        escrow.newSequencer(seqId, msg.sender, _signer, _amount, batchId, _pubkey);
        emit SequencerOwnerChanged(seqId, msg.sender);
        emit SequencerRewardRecipientChanged(seqId, _recipient);
    }

    function _startExit(uint256 _seqId, uint32 _l2Gas, bool _forced) private {
        SequencerRecord storage seq = sequencers[_seqId];
        if (seq.status != SequencerStatus.Active) revert SeqNotActive();
        if (!_forced && seq.owner != msg.sender) revert NotSeqOwner();
        _moveStatus(seq, SequencerStatus.Inactive);
        if (mainnetRules && !_forced) {
            uint256 exiting = seqStatuses[SequencerStatus.Inactive];
            uint256 serving = seqStatuses[SequencerStatus.Active];
            require(exiting * 3 <= serving + exiting, "BFT restriction");
        }
        _recipientOf(seq);

        uint256 reward = seq.reward;
        seq.reward = 0;
        seq.nonce++;
        seq.deactivationBatch = curBatchState.id;
        seq.deactivationTime = block.timestamp;
        seq.unlockClaimTime = block.timestamp + exitDelayPeriod;
        escrow.initializeUnlock{value: msg.value}(_seqId, reward, _l2Gas, seq);
    }

    function _moveStatus(SequencerRecord storage _seq, SequencerStatus _next) private {
        seqStatuses[_seq.status]--;
        seqStatuses[_next]++;
        _seq.status = _next;
    }

    function _activeOwned(uint256 _seqId) private view returns (SequencerRecord storage seq) {
        seq = sequencers[_seqId];
        if (seq.status != SequencerStatus.Active) revert SeqNotActive();
        if (seq.owner != msg.sender) revert NotSeqOwner();
    }

    function _recipientOf(SequencerRecord storage _seq) private view returns (address recipient) {
        recipient = _seq.rewardRecipient;
        if (recipient == address(0)) revert NoRewardRecipient();
    }

    function _requireWhitelisted(address _account) private view {
        if (!whitelist[_account]) revert NotWhitelisted();
    }

    function _addressOf(bytes calldata _pubkey) private pure returns (address signer) {
        require(_pubkey.length == 64, "invalid pubkey");
        signer = address(uint160(uint256(keccak256(_pubkey))));
        require(signer != address(0), "empty address");
    }
}
