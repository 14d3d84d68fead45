// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {SequencerRecord} from "../../l1/SequencerRecord.sol";

interface IEnkiLockingPool {
    function escrow() external view returns (address);

    function seqSigners(address signer) external view returns (uint256);

    /// The getter returns the fields one by one, which has the same bytes but for the offset.
    function sequencers(uint256 seqId) external view returns (SequencerRecord memory);

    function lockWithRewardRecipient(
        address _signer,
        address _rewardRecipient,
        uint256 _amount,
        bytes calldata _signerPubkey
    ) external;

    function relock(uint256 _seqId, uint256 _amount, bool _lockReward) external;

    function withdraw(uint256 _seqId, uint256 _amount) external;

    function withdrawRewards(uint256 _seqId, uint32 _l2Gas) external payable;

    function unlock(uint256 _seqId, uint32 _l2Gas) external payable;

    function unlockClaim(uint256 _seqId, uint32 _l2Gas) external payable;
}
