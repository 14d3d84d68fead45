// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ICcipReceiver, ICcipRouter, IncomingMessage, OutgoingMessage} from "./CcipTypes.sol";

interface IInbox {
    function xDomainMessageSender() external view returns (address);
}

/// Stands for the router of Chainlink CCIP on L2. What comes from L1 has come with the messenger;
/// what goes there is an event, which the router on L1 is told of.
contract CcipL2Router is ICcipRouter {
    uint64 private immutable ownSelector;
    uint64 private immutable l1Selector;
    address private immutable messenger;
    address private immutable l1Router;
    uint256 private immutable fee;
    uint256 private nonce;

    /// Everything that the router on L1 needs.
    event MessageSent(address indexed receiver, IncomingMessage message);

    error UnsupportedDestinationChain(uint64 destChainSelector);
    error InsufficientFeeTokenAmount();
    error NotFromL1Router();

    constructor(
        uint64 _ownSelector,
        uint64 _l1Selector,
        address _messenger,
        address _l1Router,
        uint256 _fee
    ) {
        ownSelector = _ownSelector;
        l1Selector = _l1Selector;
        messenger = _messenger;
        l1Router = _l1Router;
        fee = _fee;
    }

    /// The fee stays here.
    function ccipSend(
        uint64 _selector,
        OutgoingMessage calldata _message
    ) external payable returns (bytes32 id) {
        if (msg.value < getFee(_selector, _message)) revert InsufficientFeeTokenAmount();
        id = keccak256(abi.encode(ownSelector, address(this), nonce++));
        emit MessageSent(
            abi.decode(_message.receiver, (address)),
            IncomingMessage(
                id,
                ownSelector,
                abi.encode(msg.sender),
                _message.data,
                _message.tokenAmounts
            )
        );
    }

    function deliver(address _receiver, IncomingMessage calldata _message) external {
        if (msg.sender != messenger || IInbox(messenger).xDomainMessageSender() != l1Router) {
            revert NotFromL1Router();
        }
        ICcipReceiver(_receiver).ccipReceive(_message);
    }

    function getFee(uint64 _selector, OutgoingMessage calldata) public view returns (uint256) {
        if (_selector != l1Selector) revert UnsupportedDestinationChain(_selector);
        return fee;
    }
}
