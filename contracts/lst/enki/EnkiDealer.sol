// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {BeaconProxy} from "@openzeppelin/contracts/proxy/beacon/BeaconProxy.sol";
import {AccessControlUpgradeable} from "@openzeppelin/contracts-upgradeable/access/AccessControlUpgradeable.sol";
import {SequencerRecord} from "../../l1/SequencerRecord.sol";
import {BACKEND_ROLE, IEMetisMinter} from "./EnkiTypes.sol";
import {IEnkiLockingInfo, IEnkiLockingPool, IL1Exit, IL1Messenger} from "./EnkiL1Types.sol";
import {EnkiSequencerAgent} from "./EnkiSequencerAgent.sol";

/// Spreads the METIS of Enki over its sequencers on L1. It is also the beacon of their agents.
contract EnkiDealer is AccessControlUpgradeable {
    using SafeERC20 for IERC20;

    address public sequencerAgentTemplate;
    IERC20 public metis;
    IEnkiLockingPool public lockingPool;
    IEnkiLockingInfo public lockingInfo;
    IL1Messenger public messenger;
    uint256 public l2ChainId;
    address public l2Minter;
    address public l2RewardDispatcher;
    mapping(uint32 agentId => address) public sequencerAgents;
    uint32 public sequencerAgentCount;
    uint32[] public activeSequencerIds;
    /// Every reward that was ever minted on L2.
    uint256 public sumRewards;
    uint32 public l2Gas;
    /// Sends rewards to L2 instead of locking them.
    bool public withdrawRewards;
    mapping(uint32 agentId => address) public nodeOwners;

    event SequencerAgentAdded(uint32 index, address agent);
    event SequencerRelocked(uint32 index, uint256 amount, uint256 reward);
    event L2MetisMinted(uint256 amount);
    event DepositToRedemptionQueue(uint256 amount);
    event SequencerAgentTemplateSet(address indexed oldValue, address indexed newValue);
    event L2GasSet(uint32 oldValue, uint32 newValue);
    event WithdrawRewardsSet(bool oldValue, bool newValue);

    constructor() {
        _disableInitializers();
    }

    function initialize(
        address _sequencerAgentTemplate,
        address _metis,
        address _lockingPool,
        address _bridge,
        uint256 _l2ChainId,
        uint32 _l2Gas,
        address _l2Minter,
        address _l2RewardDispatcher
    ) external initializer {
        require(
            _sequencerAgentTemplate != address(0) &&
                _metis != address(0) &&
                _lockingPool != address(0) &&
                _bridge != address(0) &&
                _l2Minter != address(0) &&
                _l2RewardDispatcher != address(0),
            "Dealer: zero address"
        );
        _grantRole(DEFAULT_ADMIN_ROLE, _msgSender());
        sequencerAgentTemplate = _sequencerAgentTemplate;
        metis = IERC20(_metis);
        lockingPool = IEnkiLockingPool(_lockingPool);
        lockingInfo = IEnkiLockingInfo(lockingPool.escrow());
        messenger = IL1Messenger(IL1Exit(_bridge).messenger());
        l2ChainId = _l2ChainId;
        l2Gas = _l2Gas;
        l2Minter = _l2Minter;
        l2RewardDispatcher = _l2RewardDispatcher;
    }

    /// The agent still has to be whitelisted in LockingPool.
    function addAgent() external onlyRole(DEFAULT_ADMIN_ROLE) returns (uint32) {
        bytes memory init = abi.encodeCall(
            EnkiSequencerAgent.initialize,
            (address(this), address(lockingPool), address(lockingInfo), address(metis))
        );
        address agent = address(new BeaconProxy(address(this), init));
        uint32 index = sequencerAgentCount++;
        sequencerAgents[index] = agent;
        emit SequencerAgentAdded(index, agent);
        return index;
    }

    /// Rewards that are withdrawn go to the minter on L2, not to the dispatcher.
    function lockFor(
        uint32 agentId,
        address sequencerSigner,
        uint256 amount,
        bytes calldata signerPubKey
    ) external onlyRole(DEFAULT_ADMIN_ROLE) {
        EnkiSequencerAgent agent = _agent(agentId);
        metis.safeTransfer(address(agent), amount);
        agent.lock(sequencerSigner, l2Minter, amount, signerPubKey);
        _activate(agentId);
    }

    /// Fills the active sequencers up to the maximum with the METIS that is here, collects their
    /// rewards and mints as much eMETIS on L2. The value is the price of that message.
    function relock() external payable onlyRole(BACKEND_ROLE) returns (uint256 totalProcessed) {
        uint256 count = activeSequencerIds.length;
        require(count > 0, "Dealer: no active sequencer");
        uint256 maxLock = lockingInfo.maxLock();
        uint256 idle = metis.balanceOf(address(this));
        uint256 rewards;
        for (uint256 i; i < count; i++) {
            (uint256 added, uint256 reward) = _relock(activeSequencerIds[i], maxLock, idle);
            idle -= added;
            rewards += reward;
            totalProcessed += added + reward;
        }
        if (rewards == 0) return totalProcessed;
        sumRewards += rewards;
        messenger.sendMessageViaChainId{value: msg.value}(
            l2ChainId,
            l2Minter,
            abi.encodeCall(IEMetisMinter.mintFromL1, (rewards)),
            l2Gas
        );
        emit L2MetisMinted(rewards);
    }

    function unlock(uint32 agentId) external payable onlyRole(DEFAULT_ADMIN_ROLE) {
        _agent(agentId).unlock{value: msg.value}(l2Gas);
        _deactivate(agentId);
    }

    function unlockClaim(uint32 agentId) external payable onlyRole(DEFAULT_ADMIN_ROLE) {
        _agent(agentId).unlockClaim{value: msg.value}(l2Gas);
    }

    function withdrawLocking(uint32 agentId, uint256 amount) external onlyRole(BACKEND_ROLE) {
        _agent(agentId).withdrawLocking(amount);
    }

    /// The METIS goes to the minter on L2, whose backend passes it on to the queue.
    function depositToRedemptionQueue(uint256 amount) external payable onlyRole(BACKEND_ROLE) {
        address bridge = lockingInfo.bridge();
        metis.approve(bridge, amount);
        IL1Exit(bridge).depositERC20ToByChainId{value: msg.value}(
            l2ChainId,
            lockingInfo.l1Token(),
            lockingInfo.l2Token(),
            l2Minter,
            amount,
            l2Gas,
            ""
        );
        emit DepositToRedemptionQueue(amount);
    }

    function setActive(uint32 agentId, bool active) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (active) _activate(agentId);
        else _deactivate(agentId);
    }

    function setSequencerAgentTemplate(
        address _sequencerAgentTemplate
    ) external onlyRole(DEFAULT_ADMIN_ROLE) {
        require(_sequencerAgentTemplate != address(0), "Dealer: zero address");
        emit SequencerAgentTemplateSet(sequencerAgentTemplate, _sequencerAgentTemplate);
        sequencerAgentTemplate = _sequencerAgentTemplate;
    }

    function setL2Gas(uint32 _l2Gas) external onlyRole(DEFAULT_ADMIN_ROLE) {
        emit L2GasSet(l2Gas, _l2Gas);
        l2Gas = _l2Gas;
    }

    function setWithdrawRewards(bool _withdrawRewards) external onlyRole(DEFAULT_ADMIN_ROLE) {
        emit WithdrawRewardsSet(withdrawRewards, _withdrawRewards);
        withdrawRewards = _withdrawRewards;
    }

    function sequencerData(uint32 agentId) external view returns (SequencerRecord memory) {
        return _agent(agentId).sequencerData();
    }

    function activeSequencerCount() external view returns (uint32) {
        return uint32(activeSequencerIds.length);
    }

    function totalLocked() external view returns (uint256 total) {
        for (uint256 i; i < activeSequencerIds.length; i++) {
            total += _agent(activeSequencerIds[i]).sequencerData().amount;
        }
    }

    /// For the agents, whose beacon this is.
    function implementation() external view returns (address) {
        return sequencerAgentTemplate;
    }

    /// A reward that no longer fits under the maximum is withdrawn to L2.
    function _relock(
        uint32 _agentId,
        uint256 _maxLock,
        uint256 _idle
    ) private returns (uint256 added, uint256 reward) {
        EnkiSequencerAgent agent = _agent(_agentId);
        SequencerRecord memory seq = agent.sequencerData();
        reward = seq.reward;
        added = Math.min(seq.amount < _maxLock ? _maxLock - seq.amount : 0, _idle);
        if (added + reward == 0) return (0, 0);
        bool withdraws = withdrawRewards || seq.amount + added + reward > _maxLock;
        if (withdraws && reward > 0) agent.withdrawRewards(l2Gas);
        if (withdraws && added == 0) return (added, reward);
        metis.safeTransfer(address(agent), added);
        agent.relock(added);
        emit SequencerRelocked(_agentId, added, reward);
    }

    function _activate(uint32 _agentId) private {
        for (uint256 i; i < activeSequencerIds.length; i++) {
            require(activeSequencerIds[i] != _agentId, "Dealer: already active");
        }
        activeSequencerIds.push(_agentId);
    }

    /// The last one takes its place.
    function _deactivate(uint32 _agentId) private {
        uint256 last = activeSequencerIds.length;
        for (uint256 i; i < last; i++) {
            if (activeSequencerIds[i] != _agentId) continue;
            activeSequencerIds[i] = activeSequencerIds[last - 1];
            activeSequencerIds.pop();
            return;
        }
        revert("Dealer: not active");
    }

    function _agent(uint32 _agentId) private view returns (EnkiSequencerAgent) {
        return EnkiSequencerAgent(sequencerAgents[_agentId]);
    }
}
