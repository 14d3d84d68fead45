// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// METIS is the native coin of L2 and an ERC-20 at once. A plain EVM can show the native balance
/// here but cannot move it, so transfers are refused instead of pretending.
contract MetisView {
    string private constant CANNOT_MOVE = "METIS: native balance moves only by value transfer";

    /// Everything that existed at genesis, including what the bridge holds in reserve.
    uint256 private immutable genesisSupply;
    address private immutable bridge;

    mapping(address owner => mapping(address spender => uint256)) public allowance;

    event Approval(address indexed owner, address indexed spender, uint256 value);
    event Transfer(address indexed from, address indexed to, uint256 value);

    constructor(uint256 _genesisSupply, address _bridge) {
        genesisSupply = _genesisSupply;
        bridge = _bridge;
    }

    function name() external pure returns (string memory) {
        return "Metis Token";
    }

    function symbol() external pure returns (string memory) {
        return "METIS";
    }

    function decimals() external pure returns (uint8) {
        return 18;
    }

    /// The reserve of the bridge is not in circulation: it stands for METIS that is still on L1.
    function totalSupply() external view returns (uint256) {
        return genesisSupply - bridge.balance;
    }

    function balanceOf(address account) external view returns (uint256) {
        return account.balance;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        emit Approval(msg.sender, spender, amount);
        return true;
    }

    function transfer(address, uint256) external pure returns (bool) {
        revert(CANNOT_MOVE);
    }

    function transferFrom(address, address, uint256) external pure returns (bool) {
        revert(CANNOT_MOVE);
    }
}
