// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// Its holders are named as inviters in the deposits of others.
contract EnkiInviterNFT is ERC721, Ownable {
    constructor(address _owner) ERC721("ENKI Inviter", "INVITER") {
        _transferOwnership(_owner);
    }

    function mint(address to, uint256 tokenId) external onlyOwner {
        _mint(to, tokenId);
    }
}
