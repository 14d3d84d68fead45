// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {CcipReceiver} from "./CcipReceiver.sol";
import {IncomingMessage} from "./CcipTypes.sol";
import {IL1Strategy} from "./L1Types.sol";
import {SenderNotAuthorized} from "./StakeLinkTypes.sol";

interface IL1Deposits {
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

interface IL1DepositCost {
    function getDiscount() external view returns (uint256);

    function getMinL2Gas() external view returns (uint256);
}

/// Hands METIS from L2 to the strategy, and answers every message from L2 with new totals. It pays
/// for that with ETH that somebody has to send here.
contract L1Transmitter is CcipReceiver {
    using SafeERC20 for IERC20;

    IERC20 public metisToken;
    address public depositController;
    IL1Strategy public l1Strategy;
    address public l2Transmitter;
    IL1Deposits public l1StandardBridge;
    IL1DepositCost public l1StandardBridgeGasOracle;
    uint256 public l2ChainId;
    address public l2MetisToken;
    uint64 public l2ChainSelector;
    uint256 public depositsSinceLastUpdate;
    uint256 public queuedWithdrawals;
    /// Only more than this is worth a trip to L2.
    uint256 public minWithdrawalThreshold;

    error NoTokensAvailable();

    receive() external payable {}

    function initialize(
        address _metisToken,
        address _depositController,
        address _l1Strategy,
        address _l1StandardBridge,
        address _l1StandardBridgeGasOracle,
        address _l2Transmitter,
        uint256 _l2ChainId,
        address _l2MetisToken,
        uint256 _minWithdrawalThreshold,
        address _router,
        uint64 _l2ChainSelector,
        bytes memory _extraArgs
    ) external initializer {
        __CCIPReceiverUpgradeable_init(_router);
        metisToken = IERC20(_metisToken);
        depositController = _depositController;
        l1Strategy = IL1Strategy(_l1Strategy);
        l1StandardBridge = IL1Deposits(_l1StandardBridge);
        l1StandardBridgeGasOracle = IL1DepositCost(_l1StandardBridgeGasOracle);
        l2Transmitter = _l2Transmitter;
        l2ChainId = _l2ChainId;
        l2MetisToken = _l2MetisToken;
        minWithdrawalThreshold = _minWithdrawalThreshold;
        l2ChainSelector = _l2ChainSelector;
        extraArgs = _extraArgs;
        metisToken.safeApprove(_l1Strategy, type(uint256).max);
    }

    /// The decision which sequencer gets the METIS is taken elsewhere.
    function depositQueuedTokens(
        uint256[] calldata _vaults,
        uint256[] calldata _amounts
    ) external only(depositController) {
        if (getAvailableTokens() != 0) depositTokensFromL2();
        l1Strategy.depositQueuedTokens(_vaults, _amounts);
    }

    function withdrawETH(uint256 _amount) external onlyOwner {
        Address.sendValue(payable(msg.sender), _amount);
    }

    function setMinWithdrawalThreshold(uint256 _minWithdrawalThreshold) external onlyOwner {
        minWithdrawalThreshold = _minWithdrawalThreshold;
    }

    function setDepositController(address _depositController) external onlyOwner {
        depositController = _depositController;
    }

    function setL2Transmitter(address _l2Transmitter) external onlyOwner {
        l2Transmitter = _l2Transmitter;
    }

    function depositTokensFromL2() public {
        uint256 amount = getAvailableTokens();
        if (amount == 0) revert NoTokensAvailable();
        l1Strategy.deposit(amount);
        depositsSinceLastUpdate += amount;
    }

    function getAvailableTokens() public view returns (uint256) {
        return metisToken.balanceOf(address(this));
    }

    function _peer() internal view override returns (uint64, address) {
        return (l2ChainSelector, l2Transmitter);
    }

    /// What L2 still needs replaces what it needed before.
    function _handle(IncomingMessage calldata _message) internal override {
        queuedWithdrawals = abi.decode(_message.data, (uint256));
        emit CCIPMessageReceived(_message.messageId);
        if (getAvailableTokens() != 0) depositTokensFromL2();
        uint256 l2Gas = l1StandardBridgeGasOracle.getMinL2Gas();
        uint256 fee = l2Gas * l1StandardBridgeGasOracle.getDiscount();
        uint256 amount = Math.min(queuedWithdrawals, l1Strategy.canWithdraw());
        bool isWorth = amount > minWithdrawalThreshold;
        if (isWorth) _sendToL2(amount, uint32(l2Gas), fee);
        (
            uint256 total,
            uint256 claimed,
            address[] memory operators,
            uint256[] memory rewards
        ) = l1Strategy.updateDeposits{value: address(this).balance}(uint32(l2Gas), fee);
        uint256 sent = claimed + (isWorth ? amount : 0);
        _send(abi.encode(total, sent, depositsSinceLastUpdate, operators, rewards));
        depositsSinceLastUpdate = 0;
        queuedWithdrawals -= amount;
    }

    function _sendToL2(uint256 _amount, uint32 _l2Gas, uint256 _fee) private {
        l1Strategy.withdraw(_amount);
        metisToken.safeApprove(address(l1StandardBridge), _amount);
        l1StandardBridge.depositERC20ToByChainId{value: _fee}(
            l2ChainId,
            address(metisToken),
            l2MetisToken,
            l2Transmitter,
            _amount,
            _l2Gas,
            ""
        );
    }
}
