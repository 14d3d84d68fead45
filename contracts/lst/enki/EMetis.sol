// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// The receipt of an Enki deposit: 1 eMETIS stands for 1 METIS and earns nothing.
contract EMetis is ERC20Permit, ERC20Burnable, Ownable {
    mapping(address account => bool yes) public minters;

    event MinterAdded(address minter_address);
    event MinterRemoved(address minter_address);

    modifier onlyMinters() {
        require(minters[msg.sender], "Only minters");
        _;
    }

    constructor(
        address _owner,
        address[] memory _minters
    ) ERC20("ENKI Metis", "eMetis") ERC20Permit("ENKI Metis") {
        _transferOwnership(_owner);
        for (uint256 i; i < _minters.length; i++) {
            minters[_minters[i]] = true;
            emit MinterAdded(_minters[i]);
        }
    }

    function addMinter(address minter_address) external onlyOwner {
        minters[minter_address] = true;
        emit MinterAdded(minter_address);
    }

    function removeMinter(address minter_address) external onlyOwner {
        minters[minter_address] = false;
        emit MinterRemoved(minter_address);
    }

    function minter_mint(address m_address, uint256 m_amount) external onlyMinters {
        _mint(m_address, m_amount);
    }

    /// A minter burns its own tokens, or those of an account that allowed it.
    function minter_burn_from(address b_address, uint256 b_amount) external onlyMinters {
        if (b_address != msg.sender) _spendAllowance(b_address, msg.sender, b_amount);
        _burn(b_address, b_amount);
    }
}
