// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

struct TokenAmount {
    address token;
    uint256 amount;
}

/// A message as its sender hands it to the router.
struct OutgoingMessage {
    bytes receiver;
    bytes data;
    TokenAmount[] tokenAmounts;
    address feeToken;
    bytes extraArgs;
}

/// The same as its receiver gets it.
struct IncomingMessage {
    bytes32 messageId;
    uint64 sourceChainSelector;
    bytes sender;
    bytes data;
    TokenAmount[] destTokenAmounts;
}

interface ICcipRouter {
    function getFee(
        uint64 _selector,
        OutgoingMessage calldata _message
    ) external view returns (uint256);

    function ccipSend(
        uint64 _selector,
        OutgoingMessage calldata _message
    ) external payable returns (bytes32);
}

interface ICcipReceiver {
    function ccipReceive(IncomingMessage calldata _message) external;
}
