// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";

/// The name book of Artemis: keccak256 of a contract's name to its address, zero when unset.
contract AMTConfig is OwnableUpgradeable {
    mapping(bytes32 => address) private contracts;

    event ContractSet(bytes32 indexed key, address contractAddress);

    constructor() {
        _disableInitializers();
    }

    function initialize(
        bytes32[] calldata keys,
        address[] calldata addresses
    ) external initializer {
        __Ownable_init();
        for (uint256 i; i < keys.length; i++) _setContract(keys[i], addresses[i]);
    }

    function setContract(bytes32 key, address contractAddress) external onlyOwner {
        _setContract(key, contractAddress);
    }

    function getContract(bytes32 key) external view returns (address) {
        return contracts[key];
    }

    function _setContract(bytes32 key, address contractAddress) private {
        contracts[key] = contractAddress;
        emit ContractSet(key, contractAddress);
    }
}
