// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// METIS on L1. The whole supply starts with the deployer, who hands it out during deployment.
contract MetisToken is ERC20 {
    uint256 public constant INITIAL_SUPPLY = 10_000_000 ether;

    constructor() ERC20("Metis Token", "METIS") {
        _mint(msg.sender, INITIAL_SUPPLY);
    }
}
