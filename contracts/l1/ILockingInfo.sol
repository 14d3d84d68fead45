// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {SequencerRecord} from "./SequencerRecord.sol";

/// What LockingPool asks of its escrow.
interface ILockingInfo {
    function newSequencer(
        uint256 _id,
        address _owner,
        address _signer,
        uint256 _amount,
        uint256 _batchId,
        bytes calldata _signerPubkey
    ) external;

    function increaseLocked(
        uint256 _seqId,
        uint256 _nonce,
        address _owner,
        uint256 _locked,
        uint256 _incoming,
        uint256 _fromReward
    ) external;

    function withdrawLocking(
        uint256 _seqId,
        address _owner,
        uint256 _nonce,
        uint256 _amount,
        uint256 _locked
    ) external;

    function liquidateReward(
        uint256 _seqId,
        uint256 _amount,
        address _recipient,
        uint32 _l2gas
    ) external payable;

    function initializeUnlock(
        uint256 _seqId,
        uint256 _reward,
        uint32 _l2gas,
        SequencerRecord calldata _seq
    ) external payable;

    function finalizeUnlock(
        address _operator,
        uint256 _seqId,
        uint256 _amount,
        uint256 _reward,
        address _recipient,
        uint32 _l2gas
    ) external payable;

    function logSignerChange(
        uint256 sequencerId,
        address oldSigner,
        address newSigner,
        uint256 nonce,
        bytes calldata signerPubkey
    ) external;

    function distributeReward(uint256 _batchId, uint256 _totalReward) external;
}
