// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Initializable} from "@openzeppelin/contracts-upgradeable/proxy/utils/Initializable.sol";
import {SequencerRecord} from "../../l1/SequencerRecord.sol";
import {IEnkiLockingPool} from "./EnkiL1Types.sol";

/// Owns one sequencer in LockingPool, on the order of the dealer.
contract EnkiSequencerAgent is Initializable {
    using SafeERC20 for IERC20;

    address public dealer;
    IEnkiLockingPool public lockingPool;
    address public lockingInfo;
    IERC20 public metis;
    uint256 public sequencerId;
    address public sequencerSigner;
    bool public active;

    modifier onlyDealer() {
        require(msg.sender == dealer, "SequencerAgent: only dealer");
        _;
    }

    constructor() {
        _disableInitializers();
    }

    function initialize(
        address _dealer,
        address _lockingPool,
        address _lockingInfo,
        address _metis
    ) external initializer {
        dealer = _dealer;
        lockingPool = IEnkiLockingPool(_lockingPool);
        lockingInfo = _lockingInfo;
        metis = IERC20(_metis);
    }

    /// The METIS is here already; the pool's escrow pulls it.
    function lock(
        address _sequencerSigner,
        address rewardRecipient,
        uint256 amount,
        bytes calldata signerPubKey
    ) external onlyDealer {
        require(sequencerId == 0, "SequencerAgent: sequencer already locked");
        require(
            _sequencerSigner != address(0) && rewardRecipient != address(0),
            "SequencerAgent: zero address"
        );
        require(amount > 0, "SequencerAgent: zero amount");
        sequencerSigner = _sequencerSigner;
        active = true;
        metis.approve(lockingInfo, type(uint256).max);
        lockingPool.lockWithRewardRecipient(_sequencerSigner, rewardRecipient, amount, signerPubKey);
        sequencerId = lockingPool.seqSigners(_sequencerSigner);
    }

    /// Locks the rewards along with the amount.
    function relock(uint256 amount) external onlyDealer {
        lockingPool.relock(sequencerId, amount, true);
    }

    /// Brings no value, so it works only while the bridge to L2 is free.
    function withdrawRewards(uint32 l2Gas) external onlyDealer {
        lockingPool.withdrawRewards(sequencerId, l2Gas);
    }

    function withdrawLocking(uint256 amount) external onlyDealer {
        lockingPool.withdraw(sequencerId, amount);
        metis.safeTransfer(dealer, amount);
    }

    function unlock(uint32 l2Gas) external payable onlyDealer {
        active = false;
        lockingPool.unlock{value: msg.value}(sequencerId, l2Gas);
    }

    function unlockClaim(uint32 l2Gas) external payable onlyDealer {
        lockingPool.unlockClaim{value: msg.value}(sequencerId, l2Gas);
        metis.safeTransfer(dealer, metis.balanceOf(address(this)));
    }

    /// All zero before the sequencer is locked.
    function sequencerData() external view returns (SequencerRecord memory) {
        (bool read, bytes memory fields) = address(lockingPool).staticcall(
            abi.encodeWithSignature("sequencers(uint256)", sequencerId)
        );
        require(read, "SequencerAgent: no sequencer data");
        // The getter returns the fields side by side: the bytes of the record without its offset.
        return abi.decode(bytes.concat(bytes32(uint256(0x20)), fields), (SequencerRecord));
    }
}
