// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {BeaconProxy} from "@openzeppelin/contracts/proxy/beacon/BeaconProxy.sol";
import {AccessControlUpgradeable} from "@openzeppelin/contracts-upgradeable/access/AccessControlUpgradeable.sol";
import {L1StakingPool} from "./L1StakingPool.sol";

/// Spreads the METIS of Artemis over its sequencers on L1, each owned by a pool.
contract L1StakingPoolManager is AccessControlUpgradeable {
    using SafeERC20 for IERC20;

    bytes32 public constant ADMIN_ROLE = keccak256("ADMIN_ROLE");

    IERC20 public l1Token;
    address public lockingPool;
    address public rewardRecipient;
    address public stakingPoolBeaconProxy;
    address[] private pools;
    mapping(address pool => bool) private isPool;

    event PoolAdded(address indexed _pool);
    event PoolRemoved(address indexed _pool);
    event SequencerBound(
        address indexed _pool,
        address indexed _signer,
        uint256 _amount,
        bytes _signerPubKey
    );
    event StakingAmountIncreased(address indexed _pool, uint256 _amount);
    event StakingAmountWithdrawn(
        address indexed _pool,
        address indexed _recipient,
        uint256 _amount
    );
    event SequencerUnboundInitialize(address indexed _pool);
    event SequencerUnboundFinalize(address indexed _pool);

    modifier onlyPool(address pool) {
        require(isPool[pool], "StakingPoolManager: unknown pool");
        _;
    }

    constructor() {
        _disableInitializers();
    }

    function initialize(
        address _l1Token,
        address _stakingPoolBeaconProxy,
        address _lockingPool,
        address _rewardRecipient
    ) external initializer {
        l1Token = IERC20(_l1Token);
        _grantRole(DEFAULT_ADMIN_ROLE, _msgSender());
        _grantRole(ADMIN_ROLE, _msgSender());
        _setParams(_stakingPoolBeaconProxy, _lockingPool, _rewardRecipient);
    }

    function setParams(
        address _stakingPoolBeaconProxy,
        address _lockingPool,
        address _rewardRecipient
    ) external onlyRole(ADMIN_ROLE) {
        _setParams(_stakingPoolBeaconProxy, _lockingPool, _rewardRecipient);
    }

    /// The pool still has to be whitelisted in LockingPool.
    function createPool() external onlyRole(ADMIN_ROLE) {
        bytes memory init = abi.encodeCall(
            L1StakingPool.initialize,
            (lockingPool, address(l1Token), address(this), rewardRecipient)
        );
        _addPool(address(new BeaconProxy(stakingPoolBeaconProxy, init)));
    }

    function addPool(address pool) external onlyRole(ADMIN_ROLE) {
        _addPool(pool);
    }

    function removePool(address pool) external onlyRole(ADMIN_ROLE) onlyPool(pool) {
        isPool[pool] = false;
        for (uint256 i; i < pools.length; i++) {
            if (pools[i] != pool) continue;
            pools[i] = pools[pools.length - 1];
            pools.pop();
            break;
        }
        emit PoolRemoved(pool);
    }

    /// Locks all METIS that is here.
    function bindSequencerFor(
        address pool,
        address signer,
        bytes calldata signerPubKey
    ) external onlyRole(ADMIN_ROLE) onlyPool(pool) {
        uint256 amount = l1Token.balanceOf(address(this));
        l1Token.safeTransfer(pool, amount);
        L1StakingPool(pool).bindSequencer(signer, amount, signerPubKey);
        emit SequencerBound(pool, signer, amount, signerPubKey);
    }

    function stake(address pool, uint256 amount) external onlyRole(ADMIN_ROLE) onlyPool(pool) {
        l1Token.safeTransfer(pool, amount);
        L1StakingPool(pool).increaseStakingAmount(amount);
        emit StakingAmountIncreased(pool, amount);
    }

    /// The METIS goes to the recipient on L2.
    function withdraw(
        address pool,
        address recipient,
        uint256 amount
    ) external onlyRole(ADMIN_ROLE) onlyPool(pool) {
        L1StakingPool(pool).withdrawStakingAmount(recipient, amount);
        emit StakingAmountWithdrawn(pool, recipient, amount);
    }

    function withdrawToManager(
        address pool,
        uint256 amount
    ) external onlyRole(ADMIN_ROLE) onlyPool(pool) {
        L1StakingPool(pool).withdrawStakingAmount(address(this), amount);
        emit StakingAmountWithdrawn(pool, address(this), amount);
    }

    /// The value is the price of the bridge, split evenly over the pools.
    function claimRewards(uint32 l2GasLimit) external payable onlyRole(ADMIN_ROLE) {
        uint256 count = pools.length;
        require(count > 0, "StakingPoolManager: no pool");
        uint256 value = msg.value / count;
        for (uint256 i; i < count; i++) {
            L1StakingPool(pools[i]).claimRewards{value: value}(l2GasLimit);
        }
    }

    function unlockSequencerInitialize(
        address pool,
        uint32 l2Gas
    ) external payable onlyRole(ADMIN_ROLE) onlyPool(pool) {
        L1StakingPool(pool).unlockSequencer{value: msg.value}(l2Gas);
        emit SequencerUnboundInitialize(pool);
    }

    function unlockSequencerFinalize(
        address pool,
        uint32 l2Gas
    ) external payable onlyRole(ADMIN_ROLE) onlyPool(pool) {
        L1StakingPool(pool).unlockClaim{value: msg.value}(l2Gas);
        emit SequencerUnboundFinalize(pool);
    }

    function getPoolCount() external view returns (uint256) {
        return pools.length;
    }

    function getPool(uint256 index) external view returns (address) {
        return pools[index];
    }

    function getRewardRecipient(address pool) external view returns (address) {
        return L1StakingPool(pool).rewardRecipient();
    }

    function getStakingAmount(address pool) external view returns (uint256) {
        return L1StakingPool(pool).stakingAmount();
    }

    function getRewards(address pool) external view returns (uint256) {
        return L1StakingPool(pool).getRewards();
    }

    function _addPool(address pool) private {
        require(!isPool[pool], "StakingPoolManager: pool added");
        isPool[pool] = true;
        pools.push(pool);
        emit PoolAdded(pool);
    }

    function _setParams(
        address _stakingPoolBeaconProxy,
        address _lockingPool,
        address _rewardRecipient
    ) private {
        stakingPoolBeaconProxy = _stakingPoolBeaconProxy;
        lockingPool = _lockingPool;
        rewardRecipient = _rewardRecipient;
    }
}
