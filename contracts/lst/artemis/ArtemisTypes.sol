// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

bytes32 constant ART_METIS = keccak256("ART_METIS");
bytes32 constant AMT_REWARD_POOL = keccak256("AMT_REWARD_POOL");
bytes32 constant AMT_DEPOSIT_POOL = keccak256("AMT_DEPOSIT_POOL");
bytes32 constant AMT_WITHDRAWAL_MANAGER = keccak256("AMT_WITHDRAWAL_MANAGER");
bytes32 constant L1_STAKING_POOL = keccak256("L1_STAKING_POOL");

struct WithdrawRequest {
    uint256 artMetisAmount;
    uint256 expectedAmount;
    uint256 startTime;
}

interface IAMTConfig {
    function getContract(bytes32 key) external view returns (address);
}

interface IArtMetis {
    function totalSupply() external view returns (uint256);

    function mint(address to, uint256 amount) external;

    function burn(address from, uint256 amount) external;
}

interface IAMTRewardPool {
    function claimReward() external returns (uint256);
}

interface IAMTDepositPool {
    function getArtMetisAmountToMint(uint256 amount) external view returns (uint256);

    function initiateWithdrawalFor(
        address user,
        uint256 artMetisAmount,
        uint256 metisAmount
    ) external;

    function adminWithdrawMetis(uint256 amount) external;
}
