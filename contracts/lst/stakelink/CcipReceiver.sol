// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {ICcipReceiver, ICcipRouter, IncomingMessage, OutgoingMessage, TokenAmount} from "./CcipTypes.sol";
import {StakeLinkBase} from "./StakeLinkBase.sol";

/// Sends messages to one contract on the other chain, and takes messages from that one alone.
abstract contract CcipReceiver is StakeLinkBase, ICcipReceiver {
    address private router;
    bytes public extraArgs;

    event CCIPMessageSent(bytes32 indexed messageId);
    event CCIPMessageReceived(bytes32 indexed messageId);

    error InvalidRouter(address router);
    error InvalidSourceChain();
    error InvalidSender();

    function __CCIPReceiverUpgradeable_init(address _router) public onlyInitializing {
        __StakeLinkBase_init();
        _setRouter(_router);
    }

    function ccipReceive(IncomingMessage calldata _message) external {
        if (msg.sender != router) revert InvalidRouter(msg.sender);
        (uint64 selector, address peer) = _peer();
        if (_message.sourceChainSelector != selector) revert InvalidSourceChain();
        if (abi.decode(_message.sender, (address)) != peer) revert InvalidSender();
        _handle(_message);
    }

    function setRouter(address _router) external onlyOwner {
        _setRouter(_router);
    }

    function setExtraArgs(bytes calldata _extraArgs) external onlyOwner {
        extraArgs = _extraArgs;
    }

    function getRouter() external view returns (address) {
        return router;
    }

    function supportsInterface(bytes4 _interfaceId) external pure returns (bool) {
        return
            _interfaceId == type(ICcipReceiver).interfaceId ||
            _interfaceId == type(IERC165).interfaceId;
    }

    function _peer() internal view virtual returns (uint64 selector, address account);

    function _handle(IncomingMessage calldata _message) internal virtual;

    /// Pays the router from what this contract has.
    function _send(bytes memory _data) internal {
        (uint64 selector, ) = _peer();
        OutgoingMessage memory message = _messageOf(_data);
        uint256 fee = ICcipRouter(router).getFee(selector, message);
        emit CCIPMessageSent(ICcipRouter(router).ccipSend{value: fee}(selector, message));
    }

    function _feeFor(bytes memory _data) internal view returns (uint256) {
        (uint64 selector, ) = _peer();
        return ICcipRouter(router).getFee(selector, _messageOf(_data));
    }

    function _messageOf(bytes memory _data) private view returns (OutgoingMessage memory) {
        (, address peer) = _peer();
        return
            OutgoingMessage(abi.encode(peer), _data, new TokenAmount[](0), address(0), extraArgs);
    }

    function _setRouter(address _router) private {
        if (_router == address(0)) revert InvalidRouter(address(0));
        router = _router;
    }
}
