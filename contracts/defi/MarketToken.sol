// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

/// A token of the local markets that exists on no other chain of it, such as bridged USDC. Its
/// owner issues it, as the bridge would.
contract MarketToken is ERC20, Ownable {
    uint8 private immutable places;

    constructor(
        string memory _name,
        string memory _symbol,
        uint8 _decimals,
        address _owner
    ) ERC20(_name, _symbol) {
        places = _decimals;
        _transferOwnership(_owner);
    }

    function decimals() public view override returns (uint8) {
        return places;
    }

    function mint(address to, uint256 amount) external onlyOwner {
        _mint(to, amount);
    }
}
