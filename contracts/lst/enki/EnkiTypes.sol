// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

// Ratios and fees are parts of this.
uint256 constant FEE_PRECISION = 1e6;

// Stays in the vault for good, so that its rate cannot be inflated by whoever comes first.
uint256 constant INITIAL_DEPOSIT_AMOUNT = 1 ether;

bytes32 constant BACKEND_ROLE = keccak256("BACKEND_ROLE");
bytes32 constant BETA_USER_ROLE = keccak256("BETA_USER_ROLE");
bytes32 constant OPERATOR_ROLE = keccak256("OPERATOR_ROLE");
bytes32 constant TIMELOCK_ROLE = keccak256("TIMELOCK_ROLE");

interface IEnkiConfig {
    function hasRole(bytes32 role, address account) external view returns (bool);

    function isPaused() external view returns (bool);

    function isPublic() external view returns (bool);

    function inviterNFT() external view returns (address);

    function eMetis() external view returns (address);

    function eMetisMinter() external view returns (address);

    function redemptionQueue() external view returns (address);

    function vesting() external view returns (address);

    function seMetis() external view returns (address);

    function rewardDispatcher() external view returns (address);

    function enki() external view returns (address);

    function metis() external view returns (address);

    function bridge() external view returns (address);

    function l1Dealer() external view returns (address);

    function protocolTreasury() external view returns (address);

    function protocolTreasuryRatio() external view returns (uint32);

    function vestingRatio() external view returns (uint32);

    function vestingDuration() external view returns (uint64);

    function redemptionFee() external view returns (uint64);

    function cancelRedemptionFee() external view returns (uint64);

    function queueLengthSecs() external view returns (uint64);

    function minQueueLengthSecs() external view returns (uint64);

    function reduceMaturityStakeSecs() external view returns (uint64);
}

interface IEMetis is IERC20 {
    function burn(uint256 amount) external;

    function minter_mint(address m_address, uint256 m_amount) external;

    function minter_burn_from(address b_address, uint256 b_amount) external;
}

interface IEMetisMinter {
    function mintFromL1(uint256 amount) external;

    function redeemToTreasury(uint256 amount) external;
}

interface ISeMetis {
    function addAssets(uint256 assets) external;

    function depositFromEMetisMinter(uint256 assets, address receiver) external returns (uint256);
}

interface IEnkiVesting {
    function deposit(address user, uint256 amount) external;
}
