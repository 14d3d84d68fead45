// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

error SenderNotAuthorized();
error FeesTooLarge();
error InsufficientLiquidity();

// Fees are parts of this.
uint256 constant BASIS_POINTS = 10_000;

struct Fee {
    address receiver;
    uint256 basisPoints;
}

enum PoolStatus {
    OPEN,
    DRAINING,
    CLOSED
}

/// Receives tokens in the call that sends them.
interface ITokenReceiver {
    function onTokenTransfer(address _sender, uint256 _value, bytes calldata _data) external;
}

interface IStakingPool is IERC20 {
    function getSharesByStake(uint256 _amount) external view returns (uint256);

    function getStakeByShares(uint256 _amount) external view returns (uint256);

    function getStrategies() external view returns (address[] memory);

    function getStrategyDepositRoom() external view returns (uint256);

    function getUnusedDeposits() external view returns (uint256);

    function canDeposit() external view returns (uint256);

    function canWithdraw() external view returns (uint256);

    function deposit(address _account, uint256 _amount, bytes[] calldata _data) external;

    function withdraw(
        address _account,
        address _receiver,
        uint256 _amount,
        bytes[] calldata _data
    ) external;

    function updateStrategyRewards(uint256[] memory _strategyIdxs, bytes memory _data) external;
}

interface IStrategy {
    function canDeposit() external view returns (uint256);

    function canWithdraw() external view returns (uint256);

    function getDepositChange() external view returns (int256);

    function getMaxDeposits() external view returns (uint256);

    function getMinDeposits() external view returns (uint256);

    function getTotalDeposits() external view returns (uint256);

    function deposit(uint256 _amount, bytes calldata _data) external;

    function withdraw(uint256 _amount, bytes calldata _data) external;

    function updateDeposits(
        bytes calldata _data
    ) external returns (int256 change, address[] memory receivers, uint256[] memory amounts);
}

interface IPriorityPool {
    function canWithdraw(
        address _account,
        uint256 _distributionAmount
    ) external view returns (uint256);

    function executeQueuedWithdrawals(uint256 _amount, bytes[] calldata _data) external;
}

interface IWithdrawalPool {
    function minWithdrawalAmount() external view returns (uint256);

    function getTotalQueuedWithdrawals() external view returns (uint256);

    function checkUpkeep(bytes calldata _data) external view returns (bool, bytes memory);

    function performUpkeep(bytes calldata _data) external;

    function deposit(uint256 _amount) external;

    function queueWithdrawal(address _account, uint256 _amount) external;
}

interface IL2Strategy {
    function tokensInTransitFromL1() external view returns (uint256);

    function getTotalQueuedTokens() external view returns (uint256);

    function handleIncomingTokensFromL1(uint256 _amount) external;

    function handleOutgoingTokensToL1(uint256 _amount) external;

    function handleUpdateFromL1(
        uint256 _totalDeposits,
        uint256 _tokensInTransitFromL1,
        uint256 _tokensReceivedAtL1,
        address[] calldata _opRewardReceivers,
        uint256[] calldata _opRewardAmounts
    ) external;
}

interface ISdlPool {
    function effectiveBalanceOf(address _account) external view returns (uint256);
}
