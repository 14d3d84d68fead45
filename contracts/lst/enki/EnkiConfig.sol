// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {AccessControlUpgradeable} from "@openzeppelin/contracts-upgradeable/access/AccessControlUpgradeable.sol";
import {FEE_PRECISION} from "./EnkiTypes.sol";

/// Every address, number and role of Enki on L2. A value is stored under the hash of its name.
contract EnkiConfig is AccessControlUpgradeable {
    mapping(uint256 key => uint256 value) public configMap;

    event ValueSet(string name, uint256 oldValue, uint256 newValue);

    constructor() {
        _disableInitializers();
    }

    function initialize(
        address admin,
        string[] calldata names,
        uint256[] calldata values
    ) external initializer {
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        for (uint256 i; i < names.length; i++) _set(names[i], values[i]);
    }

    /// `name` is one of the getters; a fee or ratio is out of 1e6.
    function setValue(
        string calldata name,
        uint256 value
    ) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _set(name, value);
    }

    function isPaused() external view returns (bool) {
        return _get("isPaused") != 0;
    }

    function isPublic() external view returns (bool) {
        return _get("isPublic") != 0;
    }

    function inviterNFT() external view returns (address) {
        return _address("inviterNFT");
    }

    function eMetis() external view returns (address) {
        return _address("eMetis");
    }

    function eMetisMinter() external view returns (address) {
        return _address("eMetisMinter");
    }

    function redemptionQueue() external view returns (address) {
        return _address("redemptionQueue");
    }

    function vesting() external view returns (address) {
        return _address("vesting");
    }

    function seMetis() external view returns (address) {
        return _address("seMetis");
    }

    function rewardDispatcher() external view returns (address) {
        return _address("rewardDispatcher");
    }

    function enki() external view returns (address) {
        return _address("enki");
    }

    function metis() external view returns (address) {
        return _address("metis");
    }

    function bridge() external view returns (address) {
        return _address("bridge");
    }

    function l1Dealer() external view returns (address) {
        return _address("l1Dealer");
    }

    function protocolTreasury() external view returns (address) {
        return _address("protocolTreasury");
    }

    function protocolTreasuryRatio() external view returns (uint32) {
        return uint32(_get("protocolTreasuryRatio"));
    }

    /// Share of a vault withdrawal that vests.
    function vestingRatio() external view returns (uint32) {
        return uint32(_get("vestingRatio"));
    }

    function vestingDuration() external view returns (uint64) {
        return uint64(_get("vestingDuration"));
    }

    function redemptionFee() external view returns (uint64) {
        return uint64(_get("redemptionFee"));
    }

    function cancelRedemptionFee() external view returns (uint64) {
        return uint64(_get("cancelRedemptionFee"));
    }

    function earlyExitFee() external view returns (uint64) {
        return uint64(_get("earlyExitFee"));
    }

    function queueLengthSecs() external view returns (uint64) {
        return uint64(_get("queueLengthSecs"));
    }

    function minQueueLengthSecs() external view returns (uint64) {
        return uint64(_get("minQueueLengthSecs"));
    }

    function reduceMaturityStakeSecs() external view returns (uint64) {
        return uint64(_get("reduceMaturityStakeSecs"));
    }

    function _set(string calldata _name, uint256 _value) private {
        uint256 key = uint256(keccak256(bytes(_name)));
        if (_isShare(bytes32(key))) require(_value <= FEE_PRECISION, "Config: above 100 %");
        emit ValueSet(_name, configMap[key], _value);
        configMap[key] = _value;
    }

    /// Above 100 % every subtraction of a fee would fail.
    function _isShare(bytes32 _key) private pure returns (bool) {
        return
            _key == keccak256("protocolTreasuryRatio") ||
            _key == keccak256("vestingRatio") ||
            _key == keccak256("redemptionFee") ||
            _key == keccak256("cancelRedemptionFee") ||
            _key == keccak256("earlyExitFee");
    }

    function _address(string memory _name) private view returns (address) {
        return address(uint160(_get(_name)));
    }

    function _get(string memory _name) private view returns (uint256) {
        return configMap[uint256(keccak256(bytes(_name)))];
    }
}
