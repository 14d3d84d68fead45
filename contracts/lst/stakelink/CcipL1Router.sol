// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ICcipReceiver, ICcipRouter, IncomingMessage, OutgoingMessage} from "./CcipTypes.sol";

interface IL1Outbox {
    function sendMessageViaChainId(
        uint256 _chainId,
        address _target,
        bytes calldata _message,
        uint32 _gasLimit
    ) external payable;
}

interface IL2GasPrice {
    function getDiscount() external view returns (uint256);

    function getMinL2Gas() external view returns (uint256);
}

/// Stands for the router of Chainlink CCIP on L1. Messages to L2 ride on deposits; those from L2 are
/// delivered by the owner, whom the local network trusts as CCIP trusts its oracles.
contract CcipL1Router is Ownable, ICcipRouter {
    uint64 private immutable ownSelector;
    uint64 private immutable l2Selector;
    uint256 private immutable l2ChainId;
    IL1Outbox private immutable messenger;
    IL2GasPrice private immutable gasOracle;
    address private immutable l2Router;
    uint256 private nonce;
    mapping(bytes32 id => bool yes) private delivered;

    error UnsupportedDestinationChain(uint64 destChainSelector);
    error InsufficientFeeTokenAmount();
    error AlreadyDelivered(bytes32 messageId);

    constructor(
        uint64[2] memory _selectors,
        uint256 _l2ChainId,
        address _messenger,
        address _gasOracle,
        address _l2Router
    ) {
        (ownSelector, l2Selector) = (_selectors[0], _selectors[1]);
        l2ChainId = _l2ChainId;
        messenger = IL1Outbox(_messenger);
        gasOracle = IL2GasPrice(_gasOracle);
        l2Router = _l2Router;
    }

    function ccipSend(
        uint64 _selector,
        OutgoingMessage calldata _message
    ) external payable returns (bytes32 id) {
        if (msg.value < getFee(_selector, _message)) revert InsufficientFeeTokenAmount();
        id = keccak256(abi.encode(ownSelector, address(this), nonce++));
        IncomingMessage memory message = IncomingMessage(
            id,
            ownSelector,
            abi.encode(msg.sender),
            _message.data,
            _message.tokenAmounts
        );
        address receiver = abi.decode(_message.receiver, (address));
        messenger.sendMessageViaChainId{value: msg.value}(
            l2ChainId,
            l2Router,
            abi.encodeCall(this.deliver, (receiver, message)),
            uint32(gasOracle.getMinL2Gas())
        );
    }

    /// A message from L2, once.
    function deliver(address _receiver, IncomingMessage calldata _message) external onlyOwner {
        if (delivered[_message.messageId]) revert AlreadyDelivered(_message.messageId);
        delivered[_message.messageId] = true;
        ICcipReceiver(_receiver).ccipReceive(_message);
    }

    /// What the bridge charges for the deposit that carries the message.
    function getFee(uint64 _selector, OutgoingMessage calldata) public view returns (uint256) {
        if (_selector != l2Selector) revert UnsupportedDestinationChain(_selector);
        return gasOracle.getMinL2Gas() * gasOracle.getDiscount();
    }
}
