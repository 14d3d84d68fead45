// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";

interface IBridgeCost {
    function minErc20BridgeCost() external view returns (uint256);
}

interface IMessageInbox {
    function l1CrossDomainMessenger() external view returns (address);

    function acceptMessage(address hash) external;
}

/// The L2 end of the METIS bridge. Its native balance is the reserve from which L1 deposits are
/// paid; withdrawals flow back into it.
contract L2StandardBridge is OwnableUpgradeable {
    address private constant METIS = 0xDeadDeAddeAddEAddeadDEaDDEAdDeaDDeAD0000;
    IBridgeCost private constant GAS_ORACLE =
        IBridgeCost(0x420000000000000000000000000000000000000F);

    /// Enough for a contract wallet behind a proxy, too little to exhaust the relayer.
    uint256 private constant PAYOUT_GAS = 100_000;

    address public messenger;
    address public relayer;
    address public l1Metis;
    uint256 public nextQueueIndex;
    mapping(address to => uint256 amount) public claimable;

    event DepositFinalized(
        address indexed _l1Token,
        address indexed _l2Token,
        address indexed _from,
        address _to,
        uint256 _amount,
        uint256 _queueIndex,
        bool _paid
    );
    event WithdrawalInitiated(
        address indexed _l1Token,
        address indexed _l2Token,
        address indexed _from,
        address _to,
        uint256 _amount,
        bytes _data
    );
    event Claimed(address indexed _to, uint256 _amount);
    event RelayerSet(address _relayer);

    constructor() {
        _disableInitializers();
    }

    function initialize(
        address _messenger,
        address _relayer,
        address _l1Metis
    ) external initializer {
        __Ownable_init();
        messenger = _messenger;
        relayer = _relayer;
        l1Metis = _l1Metis;
    }

    function setRelayer(address _relayer) external onlyOwner {
        relayer = _relayer;
        emit RelayerSet(_relayer);
    }

    /// Pays one L1 deposit. A recipient that refuses the payment, or an empty reserve, must not
    /// stop the deposits behind it: the amount is then kept for `claim`. A deposit of the L1
    /// messenger carries nothing: its recipient is the hash of a message.
    function finalizeDeposit(
        uint256 queueIndex,
        address l1Token,
        address l2Token,
        address from,
        address to,
        uint256 amount
    ) external {
        require(msg.sender == relayer, "only relayer");
        require(queueIndex == nextQueueIndex, "unexpected queue index");
        require(l2Token == METIS, "unsupported L2 token");
        // With less gas left the payout would fail for want of gas, not by the recipient's doing.
        require(gasleft() > PAYOUT_GAS * 2, "not enough gas to pay");
        nextQueueIndex = queueIndex + 1;
        bool isMessage = messenger != address(0) &&
            from == IMessageInbox(messenger).l1CrossDomainMessenger();
        if (isMessage) IMessageInbox(messenger).acceptMessage(to);
        bool paid = isMessage || _pay(to, amount, PAYOUT_GAS);
        if (!paid) claimable[to] += amount;
        emit DepositFinalized(l1Token, l2Token, from, to, amount, queueIndex, paid);
    }

    /// Pays what a deposit could not. The recipient chooses where to, as it may be unable to receive.
    function claim(address payable to) external {
        uint256 amount = claimable[msg.sender];
        require(amount > 0, "nothing to claim");
        claimable[msg.sender] = 0;
        require(_pay(to, amount, gasleft()), "claim failed");
        emit Claimed(msg.sender, amount);
    }

    function withdrawTo(
        address _l2Token,
        address _to,
        uint256 _amount,
        uint32,
        bytes calldata _data
    ) external payable {
        require(_l2Token == METIS, "unsupported L2 token");
        _withdraw(_to, _amount, _data);
    }

    function withdrawMetisTo(
        address _to,
        uint256 _amount,
        uint32,
        bytes calldata _data
    ) external payable {
        _withdraw(_to, _amount, _data);
    }

    /// The real bridge takes the amount out of the native balance by itself and the fee by value;
    /// here both have to come by value.
    function _withdraw(address _to, uint256 _amount, bytes calldata _data) private {
        uint256 required = _amount + GAS_ORACLE.minErc20BridgeCost();
        require(msg.value >= required, "insufficient value: send the amount and the bridge cost");
        emit WithdrawalInitiated(l1Metis, METIS, msg.sender, _to, _amount, _data);
    }

    /// Copies no return data, so that a recipient cannot make the relayer pay for a huge answer.
    function _pay(address _to, uint256 _amount, uint256 _gas) private returns (bool paid) {
        assembly {
            paid := call(_gas, _to, _amount, 0, 0, 0, 0)
        }
    }
}
