// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface ILockingPool {
    function currentBatch() external view returns (uint256);

    function exitDelayPeriod() external view returns (uint256);

    function seqOwners(address _owner) external view returns (uint256);

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

interface ILockingLimits {
    function manager() external view returns (address);

    function minLock() external view returns (uint256);

    function maxLock() external view returns (uint256);
}

interface IVaultController {
    function operatorRewardPercentage() external view returns (uint256);

    function rewardRecipient() external view returns (address);

    function getVaultDepositMin() external view returns (uint256);

    function getVaultDepositMax() external view returns (uint256);
}

interface IL1Strategy {
    function canWithdraw() external view returns (uint256);

    function deposit(uint256 _amount) external;

    function depositQueuedTokens(uint256[] calldata _vaults, uint256[] calldata _amounts) external;

    function withdraw(uint256 _amount) external;

    function updateDeposits(
        uint32 _l2Gas,
        uint256 _l2Fee
    )
        external
        payable
        returns (uint256 total, uint256 claimed, address[] memory, uint256[] memory);
}
