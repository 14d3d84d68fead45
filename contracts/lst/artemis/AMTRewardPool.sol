// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {AddressUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/AddressUpgradeable.sol";
import {AMT_DEPOSIT_POOL, IAMTConfig} from "./ArtemisTypes.sol";

/// Where sequencer rewards land on L2, until the deposit pool harvests them.
contract AMTRewardPool is OwnableUpgradeable {
    uint256 private constant FEE_BASE = 1e18;

    IAMTConfig public config;
    address public feeReceiver;
    uint256 public feeRate;

    event FeeReceiverSet(address feeReceiver);
    event FeeRateSet(uint256 feeRate);
    event FeeSent(address receiver, uint256 amount);
    event RewardClaimed(address user, uint256 amount);

    constructor() {
        _disableInitializers();
    }

    receive() external payable {}

    function initialize(
        address _config,
        address _feeReceiver,
        uint256 _feeRate
    ) external initializer {
        __Ownable_init();
        config = IAMTConfig(_config);
        _setFeeReceiver(_feeReceiver);
        _setFeeRate(_feeRate);
    }

    function setFeeReceiver(address _feeReceiver) external onlyOwner {
        _setFeeReceiver(_feeReceiver);
    }

    function setFeeRate(uint256 _feeRate) external onlyOwner {
        _setFeeRate(_feeRate);
    }

    /// Sends everything away: the fee to its receiver, the rest to the deposit pool.
    function claimReward() external returns (uint256) {
        require(
            msg.sender == config.getContract(AMT_DEPOSIT_POOL),
            "AMTRewardPool: only deposit pool"
        );
        uint256 balance = address(this).balance;
        uint256 fee = (balance * feeRate) / FEE_BASE;
        uint256 reward = balance - fee;
        if (fee > 0) {
            AddressUpgradeable.sendValue(payable(feeReceiver), fee);
            emit FeeSent(feeReceiver, fee);
        }
        if (reward > 0) {
            AddressUpgradeable.sendValue(payable(msg.sender), reward);
            emit RewardClaimed(msg.sender, reward);
        }
        return reward;
    }

    function _setFeeReceiver(address _feeReceiver) private {
        require(_feeReceiver != address(0), "AMTRewardPool: INVALID_FEE_RECEIVER");
        feeReceiver = _feeReceiver;
        emit FeeReceiverSet(_feeReceiver);
    }

    function _setFeeRate(uint256 _feeRate) private {
        require(_feeRate <= FEE_BASE, "AMTRewardPool: INVALID_FEE_RATE");
        feeRate = _feeRate;
        emit FeeRateSet(_feeRate);
    }
}
