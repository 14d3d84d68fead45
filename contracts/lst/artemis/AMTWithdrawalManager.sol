// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {AddressUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/AddressUpgradeable.sol";
import {
    DoubleEndedQueueUpgradeable as Deque
} from "@openzeppelin/contracts-upgradeable/utils/structs/DoubleEndedQueueUpgradeable.sol";
import {AMT_DEPOSIT_POOL, IAMTConfig, IAMTDepositPool, WithdrawRequest} from "./ArtemisTypes.sol";

/// The queue of people leaving. What each is owed is fixed on request; the owner unlocks in order
/// as METIS comes back from L1; and a delay has to pass.
contract AMTWithdrawalManager is OwnableUpgradeable {
    using Deque for Deque.Bytes32Deque;

    IAMTConfig public config;
    uint256 public withdrawDelay;
    uint256 public nextWithdrawNonce;
    uint256 public nextUnlockNonce;
    mapping(uint256 nonce => WithdrawRequest) public withdrawRequests;
    mapping(address user => Deque.Bytes32Deque) private userNonces;

    event WithdrawRequestInitiated(
        address indexed _user,
        uint256 _nonce,
        uint256 _artMetisAmount,
        uint256 _expectedAmount
    );
    event WithdrawRequestCompleted(address indexed _user, uint256 _nonce);
    event UserWithdrawRequestQueued(address indexed _user, WithdrawRequest _request);
    event NextWithdrawNonceSet(uint256 _nextWithdrawNonce);
    event NextUnlockNonceSet(uint256 _nextUnlockNonce);
    event WithdrawDelaySet(address indexed _user, uint256 _withdrawDelay);

    constructor() {
        _disableInitializers();
    }

    /// METIS of the unlocked requests, from the deposit pool.
    receive() external payable {}

    function initialize(address _config) external initializer {
        __Ownable_init();
        config = IAMTConfig(_config);
        _setWithdrawDelay(14 days);
    }

    function setWithdrawDelay(uint256 _withdrawDelay) external onlyOwner {
        _setWithdrawDelay(_withdrawDelay);
    }

    function initiateWithdrawal(uint256 artMetisAmount) external {
        require(artMetisAmount > 0, "AMTWithdrawalManager: INVALID_AMOUNT");
        IAMTDepositPool pool = _depositPool();
        uint256 expected = (artMetisAmount * 1e18) / pool.getArtMetisAmountToMint(1e18);
        pool.initiateWithdrawalFor(msg.sender, artMetisAmount, expected);

        uint256 nonce = nextWithdrawNonce++;
        WithdrawRequest memory request = WithdrawRequest(artMetisAmount, expected, block.timestamp);
        withdrawRequests[nonce] = request;
        userNonces[msg.sender].pushBack(bytes32(nonce));
        emit WithdrawRequestInitiated(msg.sender, nonce, artMetisAmount, expected);
        emit UserWithdrawRequestQueued(msg.sender, request);
        emit NextWithdrawNonceSet(nextWithdrawNonce);
    }

    function unlockWithdrawal(uint256 firstExcludeNonce) external onlyOwner {
        require(
            firstExcludeNonce > nextUnlockNonce,
            "AMTWithdrawalManager: invalid first exclude nonce"
        );
        uint256 owed = calculateUnlockNonce(firstExcludeNonce);
        nextUnlockNonce = firstExcludeNonce;
        emit NextUnlockNonceSet(firstExcludeNonce);
        _depositPool().adminWithdrawMetis(owed);
    }

    /// Pays the oldest request of the caller and only that one.
    function completeWithdrawal() external {
        Deque.Bytes32Deque storage queue = userNonces[msg.sender];
        require(!queue.empty(), "AMTWithdrawalManager: no withdraw request");
        uint256 nonce = uint256(queue.front());
        require(
            nonce < nextUnlockNonce,
            "AMTWithdrawalManager: withdraw request has not unlocked yet"
        );
        WithdrawRequest memory request = withdrawRequests[nonce];
        require(
            request.startTime + withdrawDelay <= block.timestamp,
            "AMTWithdrawalManager: withdraw request is not ready to complete"
        );
        queue.popFront();
        AddressUpgradeable.sendValue(payable(msg.sender), request.expectedAmount);
        emit WithdrawRequestCompleted(msg.sender, nonce);
    }

    function getUserWithdrawRequest(
        address user,
        uint256 userIndex
    ) external view returns (WithdrawRequest memory) {
        Deque.Bytes32Deque storage queue = userNonces[user];
        require(userIndex < queue.length(), "AMTWithdrawalManager: INVALID_INDEX");
        return withdrawRequests[uint256(queue.at(userIndex))];
    }

    function getUserWithdrawRequestLength(address user) external view returns (uint256) {
        return userNonces[user].length();
    }

    /// METIS owed to the requests from the first locked one up to, not including, the given one.
    function calculateUnlockNonce(uint256 firstExcludeNonce) public view returns (uint256 owed) {
        require(firstExcludeNonce <= nextWithdrawNonce, "AMTWithdrawalManager: INVALID_NONCE");
        for (uint256 nonce = nextUnlockNonce; nonce < firstExcludeNonce; nonce++) {
            owed += withdrawRequests[nonce].expectedAmount;
        }
    }

    function _setWithdrawDelay(uint256 _withdrawDelay) private {
        withdrawDelay = _withdrawDelay;
        emit WithdrawDelaySet(msg.sender, _withdrawDelay);
    }

    function _depositPool() private view returns (IAMTDepositPool) {
        return IAMTDepositPool(config.getContract(AMT_DEPOSIT_POOL));
    }
}
