// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// Carries out calls from L1. The bridge notes the hash of each, and anyone relays the call behind
/// it, with the arguments that the L1 messenger logged.
contract L2Messenger {
    /// Also the address that the bridge sees as the sender of a message's deposit.
    address public immutable l1CrossDomainMessenger;
    address private immutable bridge;

    address private sender;
    mapping(address hash => bool yes) public acceptedMessages;
    mapping(bytes32 hash => bool yes) public successfulMessages;

    event MessageAccepted(address indexed hash);
    event RelayedMessage(bytes32 indexed msgHash);

    constructor(address _bridge, address _l1Messenger) {
        bridge = _bridge;
        l1CrossDomainMessenger = _l1Messenger;
    }

    /// The L1 account behind the call that is being relayed.
    function xDomainMessageSender() external view returns (address) {
        require(sender != address(0), "xDomainMessageSender is not set");
        return sender;
    }

    /// @param hash the lowest 160 bits of the hash of the call of `relayMessage`
    function acceptMessage(address hash) external {
        require(msg.sender == bridge, "only bridge");
        acceptedMessages[hash] = true;
        emit MessageAccepted(hash);
    }

    /// A call that reverts can be relayed again; one that succeeded cannot.
    function relayMessage(
        address _target,
        address _sender,
        bytes calldata _message,
        uint256 _messageNonce
    ) external {
        require(sender == address(0), "relaying already");
        bytes32 hash = keccak256(
            abi.encodeCall(this.relayMessage, (_target, _sender, _message, _messageNonce))
        );
        require(acceptedMessages[address(uint160(uint256(hash)))], "message not accepted");
        require(!successfulMessages[hash], "message already relayed");
        successfulMessages[hash] = true;

        sender = _sender;
        Address.functionCall(_target, _message);
        sender = address(0);
        emit RelayedMessage(hash);
    }
}
