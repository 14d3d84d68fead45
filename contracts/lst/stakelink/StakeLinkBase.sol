// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts-upgradeable/proxy/utils/UUPSUpgradeable.sol";
import {SenderNotAuthorized} from "./StakeLinkTypes.sol";

/// A contract of stake.link behind a proxy, which its owner can upgrade.
abstract contract StakeLinkBase is OwnableUpgradeable, UUPSUpgradeable {
    modifier only(address _caller) {
        if (msg.sender != _caller) revert SenderNotAuthorized();
        _;
    }

    constructor() {
        _disableInitializers();
    }

    function __StakeLinkBase_init() internal onlyInitializing {
        __Ownable_init();
        __UUPSUpgradeable_init();
    }

    function _authorizeUpgrade(address) internal override onlyOwner {}
}
