// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IArtemisLockingPool {
    function escrow() external view returns (address);

    function seqOwners(address owner) external view returns (uint256);

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

interface IArtemisLockingInfo {
    function bridge() external view returns (address);

    function l2Token() external view returns (address);

    function l2ChainId() external view returns (uint256);

    function maxLock() external view returns (uint256);
}

interface IArtemisL1Bridge {
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
