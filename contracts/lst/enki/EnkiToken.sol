// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// ENKI. The whole supply starts with one holder, who hands it out.
contract EnkiToken is ERC20 {
    constructor(address _holder, uint256 _supply) ERC20("ENKI", "ENKI") {
        _mint(_holder, _supply);
    }
}
