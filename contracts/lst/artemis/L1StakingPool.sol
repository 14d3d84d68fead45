// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Initializable} from "@openzeppelin/contracts-upgradeable/proxy/utils/Initializable.sol";
import {SequencerRecord} from "../../l1/SequencerRecord.sol";
import {
    IArtemisL1Bridge,
    IArtemisLockingInfo,
    IArtemisLockingPool
} from "./ArtemisL1Types.sol";

/// Owns one sequencer in LockingPool, on the order of the manager.
contract L1StakingPool is Initializable {
    using SafeERC20 for IERC20;

    IArtemisLockingInfo public lockingInfo;
    IArtemisLockingPool public lockingPool;
    IERC20 public l1Token;
    address public stakingPoolManager;
    address public rewardRecipient;
    address public signer;
    uint256 public sequencerId;
    uint256 public stakingAmount;

    event PoolInitialized(
        address lockingPool,
        address l1Token,
        address stakingPoolManager,
        address rewardRecipient
    );
    event SequencerBound(address signer, uint256 amount, bytes signerPubKey, uint256 sequencerId);
    event StakingAmountIncreased(uint256 amount);
    event StakingAmountWithdrawn(address recipient, uint256 amount);
    event RewardsClaimed(uint256 amount);

    modifier onlyManager() {
        require(msg.sender == stakingPoolManager, "StakingPool: only manager");
        _;
    }

    constructor() {
        _disableInitializers();
    }

    function initialize(
        address _lockingPool,
        address _l1Token,
        address _stakingPoolManager,
        address _rewardRecipient
    ) external initializer {
        lockingPool = IArtemisLockingPool(_lockingPool);
        lockingInfo = IArtemisLockingInfo(lockingPool.escrow());
        l1Token = IERC20(_l1Token);
        stakingPoolManager = _stakingPoolManager;
        rewardRecipient = _rewardRecipient;
        emit PoolInitialized(_lockingPool, _l1Token, _stakingPoolManager, _rewardRecipient);
    }

    /// The METIS is here already; the pool's escrow pulls it.
    function bindSequencer(
        address _signer,
        uint256 amount,
        bytes calldata signerPubKey
    ) external onlyManager {
        require(sequencerId == 0, "StakingPool: sequencer bound");
        l1Token.approve(address(lockingInfo), amount);
        lockingPool.lockWithRewardRecipient(_signer, rewardRecipient, amount, signerPubKey);
        signer = _signer;
        stakingAmount = amount;
        sequencerId = lockingPool.seqOwners(address(this));
        emit SequencerBound(_signer, amount, signerPubKey, sequencerId);
    }

    function increaseStakingAmount(uint256 amount) external onlyManager {
        require(canStake(amount), "StakingPool: cannot stake");
        l1Token.approve(address(lockingInfo), amount);
        lockingPool.relock(sequencerId, amount, false);
        stakingAmount += amount;
        emit StakingAmountIncreased(amount);
    }

    /// The METIS goes to the recipient on L2, or to the manager when it is the recipient.
    function withdrawStakingAmount(address recipient, uint256 amount) external onlyManager {
        stakingAmount -= amount;
        lockingPool.withdraw(sequencerId, amount);
        if (recipient == stakingPoolManager) {
            l1Token.safeTransfer(recipient, amount);
        } else {
            address bridge = lockingInfo.bridge();
            l1Token.approve(bridge, amount);
            IArtemisL1Bridge(bridge).depositERC20ToByChainId(
                lockingInfo.l2ChainId(),
                address(l1Token),
                lockingInfo.l2Token(),
                recipient,
                amount,
                0,
                ""
            );
        }
        emit StakingAmountWithdrawn(recipient, amount);
    }

    function claimRewards(uint32 l2GasLimit) external payable onlyManager {
        uint256 amount = getRewards();
        lockingPool.withdrawRewards{value: msg.value}(sequencerId, l2GasLimit);
        emit RewardsClaimed(amount);
    }

    /// Begins the exit; the rewards go to L2 with it.
    function unlockSequencer(uint32 l2GasLimit) external payable onlyManager {
        lockingPool.unlock{value: msg.value}(sequencerId, l2GasLimit);
    }

    /// Ends the exit; the METIS goes to the manager, and another sequencer may be bound.
    function unlockClaim(uint32 l2GasLimit) external payable onlyManager {
        lockingPool.unlockClaim{value: msg.value}(sequencerId, l2GasLimit);
        stakingAmount = 0;
        sequencerId = 0;
        signer = address(0);
        l1Token.safeTransfer(stakingPoolManager, l1Token.balanceOf(address(this)));
    }

    function getRewards() public view returns (uint256) {
        return _sequencer().reward;
    }

    function canStake(uint256 amount) public view returns (bool) {
        if (sequencerId == 0) return false;
        return _sequencer().amount + amount <= lockingInfo.maxLock();
    }

    function _sequencer() private view returns (SequencerRecord memory) {
        (bool read, bytes memory fields) = address(lockingPool).staticcall(
            abi.encodeWithSignature("sequencers(uint256)", sequencerId)
        );
        require(read, "StakingPool: no sequencer");
        // The getter returns the fields side by side: the bytes of the record without its offset.
        return abi.decode(bytes.concat(bytes32(uint256(0x20)), fields), (SequencerRecord));
    }
}
