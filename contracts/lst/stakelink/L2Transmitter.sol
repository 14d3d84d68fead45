// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IncomingMessage} from "./CcipTypes.sol";
import {CcipReceiver} from "./CcipReceiver.sol";
import {IL2Strategy, IWithdrawalPool} from "./StakeLinkTypes.sol";

interface IL2Exit {
    function withdrawMetisTo(
        address _to,
        uint256 _amount,
        uint32 _l1Gas,
        bytes calldata _data
    ) external payable;
}

interface IL2ExitCost {
    function minErc20BridgeCost() external view returns (uint256);
}

/// Moves METIS between the strategy and L1, and tells L1 what is missing here.
contract L2Transmitter is CcipReceiver {
    using SafeERC20 for IERC20;

    IERC20 public metisToken;
    IWithdrawalPool public withdrawalPool;
    IL2Strategy public l2Strategy;
    IL2Exit public l2StandardBridge;
    IL2ExitCost public l2StandardBridgeGasOracle;
    address public l1Transmitter;
    /// Only more than this is worth a trip to L1.
    uint256 public minDepositThreshold;
    uint64 public minTimeBetweenUpdates;
    uint64 public timeOfLastUpdate;
    uint64 public l1ChainSelector;

    error InvalidTransfer();
    error CannotExecuteWithdrawals();
    error InsufficientTimeElapsed();

    /// Our bridge pays L1 deposits by value; the real one credits the account without a call.
    receive() external payable {
        if (msg.sender != address(l2StandardBridge)) revert InvalidSender();
    }

    function initialize(
        address _metisToken,
        address _l2Strategy,
        address _l2StandardBridge,
        address _l2StandardBridgeGasOracle,
        address _l1Transmitter,
        address _withdrawalPool,
        uint256 _minDepositThreshold,
        uint64 _minTimeBetweenUpdates,
        address _router,
        uint64 _l1ChainSelector,
        bytes memory _extraArgs
    ) external initializer {
        __CCIPReceiverUpgradeable_init(_router);
        metisToken = IERC20(_metisToken);
        l2Strategy = IL2Strategy(_l2Strategy);
        l2StandardBridge = IL2Exit(_l2StandardBridge);
        l2StandardBridgeGasOracle = IL2ExitCost(_l2StandardBridgeGasOracle);
        l1Transmitter = _l1Transmitter;
        withdrawalPool = IWithdrawalPool(_withdrawalPool);
        minDepositThreshold = _minDepositThreshold;
        minTimeBetweenUpdates = _minTimeBetweenUpdates;
        l1ChainSelector = _l1ChainSelector;
        extraArgs = _extraArgs;
        metisToken.safeApprove(_l2Strategy, type(uint256).max);
    }

    /// The value pays the bridge and the message. As in the real contract, it counts as METIS from L1
    /// while any is on its way, so that the fee alone does not suffice then; and all METIS that is
    /// left here afterwards goes to the sender.
    function executeUpdate() external payable {
        if (block.timestamp < timeOfLastUpdate + minTimeBetweenUpdates) {
            revert InsufficientTimeElapsed();
        }
        if (getAvailableTokens() != 0 && getOutstandingTokens() != 0) depositTokensFromL1();
        uint256 idle = l2Strategy.getTotalQueuedTokens();
        uint256 due = withdrawalPool.getTotalQueuedWithdrawals();
        if (idle != 0 && due != 0) {
            executeQueuedWithdrawals();
            idle = l2Strategy.getTotalQueuedTokens();
            due = withdrawalPool.getTotalQueuedWithdrawals();
        }
        if (idle > minDepositThreshold) _sendToL1(idle);
        // What is on its way here need not be asked for again.
        _send(abi.encode(due - Math.min(getOutstandingTokens(), due)));
        timeOfLastUpdate = uint64(block.timestamp);
        if (address(this).balance > 0) {
            Address.sendValue(payable(msg.sender), address(this).balance);
        }
    }

    function setMinTimeBetweenUpdates(uint64 _minTimeBetweenUpdates) external onlyOwner {
        minTimeBetweenUpdates = _minTimeBetweenUpdates;
    }

    function setMinDepositThreshold(uint256 _minDepositThreshold) external onlyOwner {
        minDepositThreshold = _minDepositThreshold;
    }

    function setL1Transmitter(address _l1Transmitter) external onlyOwner {
        l1Transmitter = _l1Transmitter;
    }

    function getExecuteUpdateFee() external view returns (uint256) {
        return
            l2StandardBridgeGasOracle.minErc20BridgeCost() + _feeFor(abi.encode(type(uint256).max));
    }

    /// Rewards, and METIS that was withdrawn on L1.
    function depositTokensFromL1() public {
        uint256 amount = Math.min(getAvailableTokens(), getOutstandingTokens());
        if (amount == 0) revert InvalidTransfer();
        l2Strategy.handleIncomingTokensFromL1(amount);
    }

    function executeQueuedWithdrawals() public {
        (bool isNeeded, ) = withdrawalPool.checkUpkeep("");
        if (!isNeeded) return;
        uint256 idle = l2Strategy.getTotalQueuedTokens();
        uint256 due = withdrawalPool.getTotalQueuedWithdrawals();
        if (idle == 0 || due == 0) revert CannotExecuteWithdrawals();
        bytes[] memory data = new bytes[](1);
        data[0] = "0x";
        withdrawalPool.performUpkeep(abi.encode(data));
    }

    function getAvailableTokens() public view returns (uint256) {
        return metisToken.balanceOf(address(this));
    }

    function getOutstandingTokens() public view returns (uint256) {
        return l2Strategy.tokensInTransitFromL1();
    }

    /// The real bridge takes the amount out of the native balance by itself and the fee by value;
    /// ours takes both by value.
    function _sendToL1(uint256 _amount) private {
        uint256 fee = l2StandardBridgeGasOracle.minErc20BridgeCost();
        l2Strategy.handleOutgoingTokensToL1(_amount);
        l2StandardBridge.withdrawMetisTo{value: _amount + fee}(l1Transmitter, _amount, 0, "");
    }

    function _peer() internal view override returns (uint64, address) {
        return (l1ChainSelector, l1Transmitter);
    }

    function _handle(IncomingMessage calldata _message) internal override {
        (
            uint256 total,
            uint256 sent,
            uint256 received,
            address[] memory operators,
            uint256[] memory rewards
        ) = abi.decode(_message.data, (uint256, uint256, uint256, address[], uint256[]));
        l2Strategy.handleUpdateFromL1(total, sent, received, operators, rewards);
        emit CCIPMessageReceived(_message.messageId);
    }
}
