// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {AddressUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/AddressUpgradeable.sol";
import {
    AMT_REWARD_POOL,
    AMT_WITHDRAWAL_MANAGER,
    ART_METIS,
    L1_STAKING_POOL,
    IAMTConfig,
    IAMTRewardPool,
    IArtMetis
} from "./ArtemisTypes.sol";

interface IMetisExit {
    function withdrawMetisTo(
        address _to,
        uint256 _amount,
        uint32 _l1Gas,
        bytes calldata _data
    ) external payable;
}

/// Takes native METIS and mints artMETIS at the rate totalDeposits / supply.
contract AMTDepositPool is OwnableUpgradeable {
    IMetisExit private constant L2_BRIDGE =
        IMetisExit(0x4200000000000000000000000000000000000010);

    IAMTConfig public config;
    uint256 public totalDeposits;

    event MetisDeposited(
        address indexed _user,
        uint256 _amount,
        uint256 _artMetisAmount,
        string _referralId
    );
    event Harvested(address indexed _user, uint256 _amount);
    event BridgeMetisToL1(address indexed _user, uint256 _amount);
    event AdminWithdrawnMetis(address indexed _user, uint256 _amount);
    event InitiateWithdrawalFor(
        address indexed _user,
        uint256 _artMetisAmount,
        uint256 _depositAmount
    );

    modifier onlyWithdrawalManager() {
        require(
            msg.sender == config.getContract(AMT_WITHDRAWAL_MANAGER),
            "AMTDepositPool: only withdrawal manager"
        );
        _;
    }

    constructor() {
        _disableInitializers();
    }

    /// Harvested rewards and METIS that comes back from L1.
    receive() external payable {}

    function initialize(address _config) external initializer {
        __Ownable_init();
        config = IAMTConfig(_config);
    }

    /// Harvests first, so rewards that are already there belong to those who were here before.
    function deposit(
        uint256 minArtMetisAmountToReceive,
        string calldata referralId
    ) external payable returns (uint256) {
        _harvest();
        require(msg.value > 0, "AMTDepositPool: INVALID_AMOUNT");
        uint256 artMetisAmount = getArtMetisAmountToMint(msg.value);
        require(
            artMetisAmount >= minArtMetisAmountToReceive,
            "AMTDepositPool: artMetis is too high"
        );
        totalDeposits += msg.value;
        _artMetis().mint(msg.sender, artMetisAmount);
        emit MetisDeposited(msg.sender, msg.value, artMetisAmount, referralId);
        return artMetisAmount;
    }

    function harvest() external {
        _harvest();
    }

    /// Sends the idle METIS to the stakers on L1; the value of the call is the price of the bridge.
    function bridgeMetisToL1(uint32 l1GasLimit) external payable onlyOwner {
        address stakingPool = config.getContract(L1_STAKING_POOL);
        require(stakingPool != address(0), "AMTDepositPool: no L1 staking pool");
        uint256 balance = address(this).balance;
        uint256 amount = balance - msg.value;
        L2_BRIDGE.withdrawMetisTo{value: balance}(stakingPool, amount, l1GasLimit, "");
        emit BridgeMetisToL1(msg.sender, amount);
    }

    function adminWithdrawMetis(uint256 amount) external onlyWithdrawalManager {
        AddressUpgradeable.sendValue(payable(msg.sender), amount);
        emit AdminWithdrawnMetis(msg.sender, amount);
    }

    function initiateWithdrawalFor(
        address user,
        uint256 artMetisAmount,
        uint256 metisAmount
    ) external onlyWithdrawalManager {
        totalDeposits -= metisAmount;
        _artMetis().burn(user, artMetisAmount);
        emit InitiateWithdrawalFor(user, artMetisAmount, metisAmount);
    }

    function getArtMetisAmountToMint(uint256 amount) public view returns (uint256) {
        if (totalDeposits == 0) return amount;
        return (amount * _artMetis().totalSupply()) / totalDeposits;
    }

    function _harvest() private {
        uint256 reward = IAMTRewardPool(config.getContract(AMT_REWARD_POOL)).claimReward();
        if (reward == 0) return;
        totalDeposits += reward;
        emit Harvested(msg.sender, reward);
    }

    function _artMetis() private view returns (IArtMetis) {
        return IArtMetis(config.getContract(ART_METIS));
    }
}
