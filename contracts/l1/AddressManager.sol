// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

/// The name book of the rollup. Clients resolve the fee oracle here instead of pinning its address.
contract AddressManager is Ownable {
    mapping(bytes32 => address) private addresses;

    event AddressSet(string indexed _name, address _newAddress, address _oldAddress);

    function setAddress(string calldata _name, address _address) external onlyOwner {
        bytes32 key = keccak256(bytes(_name));
        address oldAddress = addresses[key];
        addresses[key] = _address;
        emit AddressSet(_name, _address, oldAddress);
    }

    /// Zero for a name that was never set.
    function getAddress(string calldata _name) external view returns (address) {
        return addresses[keccak256(bytes(_name))];
    }
}
