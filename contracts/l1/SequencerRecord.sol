// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// Unlocked is final. Unavailabe (with the spelling of the deployed contract) means never created.
enum SequencerStatus {
    Unavailabe,
    Inactive,
    Active,
    Unlocked
}

struct SequencerRecord {
    uint256 amount;
    uint256 reward;
    uint256 activationBatch;
    uint256 updatedBatch;
    uint256 deactivationBatch;
    uint256 deactivationTime;
    uint256 unlockClaimTime;
    uint256 nonce;
    address owner;
    address signer;
    bytes pubkey;
    address rewardRecipient;
    SequencerStatus status;
}
