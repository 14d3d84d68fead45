// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IMetisDeposits {
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

/// Sends calls to L2. Nodes relay only deposits, and of a deposit only its addresses and amount. So
/// a message travels as a deposit of nothing, to an address that is the hash of the message. On L2
/// anyone then relays the message itself, which the hash authorizes.
contract L1Messenger {
    IMetisDeposits private immutable bridge;
    address private immutable l1Metis;
    address private immutable l2Metis;

    uint256 public messageNonce;

    event SentMessage(
        address indexed target,
        address sender,
        bytes message,
        uint256 messageNonce,
        uint256 gasLimit,
        uint256 chainId
    );

    constructor(address _bridge, address _l1Metis, address _l2Metis) {
        bridge = IMetisDeposits(_bridge);
        l1Metis = _l1Metis;
        l2Metis = _l2Metis;
    }

    /// The whole value pays for the deposit.
    function sendMessageViaChainId(
        uint256 _chainId,
        address _target,
        bytes calldata _message,
        uint32 _gasLimit
    ) external payable {
        uint256 nonce = messageNonce++;
        bytes memory relay = abi.encodeWithSignature(
            "relayMessage(address,address,bytes,uint256)",
            _target,
            msg.sender,
            _message,
            nonce
        );
        bridge.depositERC20ToByChainId{value: msg.value}(
            _chainId,
            l1Metis,
            l2Metis,
            address(uint160(uint256(keccak256(relay)))),
            0,
            _gasLimit,
            relay
        );
        emit SentMessage(_target, msg.sender, _message, nonce, _gasLimit, _chainId);
    }
}
