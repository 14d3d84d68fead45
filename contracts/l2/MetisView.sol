// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// METIS is the native coin of L2 and an ERC-20 at once. A plain EVM can show the native balance
/// here but cannot move it: transfers are refused there instead of pretending. An engine with the
/// transfer precompile moves it.
contract MetisView {
    string private constant CANNOT_MOVE = "METIS: native balance moves only by value transfer";

    /// Takes abi.encode(from, to, value). It does not check its caller.
    address private constant TRANSFER = address(0xfd);

    /// Everything that existed at genesis, including what the bridge holds in reserve.
    uint256 private immutable genesisSupply;
    address private immutable bridge;
    bool private immutable movable;

    mapping(address owner => mapping(address spender => uint256)) public allowance;

    event Approval(address indexed owner, address indexed spender, uint256 value);
    event Transfer(address indexed from, address indexed to, uint256 value);

    constructor(uint256 _genesisSupply, address _bridge, bool _movable) {
        genesisSupply = _genesisSupply;
        bridge = _bridge;
        movable = _movable;
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

    function transfer(address to, uint256 amount) external returns (bool) {
        move(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        require(movable, CANNOT_MOVE);
        uint256 allowed = allowance[from][msg.sender];
        require(allowed >= amount, "ERC20: transfer amount exceeds allowance");
        unchecked {
            allowance[from][msg.sender] = allowed - amount;
        }
        emit Approval(from, msg.sender, allowed - amount);
        move(from, to, amount);
        return true;
    }

    function move(address from, address to, uint256 amount) private {
        require(movable, CANNOT_MOVE);
        require(to != address(0), "ERC20: transfer to the zero address");
        require(from.balance >= amount, "ERC20: transfer amount exceeds balance");
        (bool moved, ) = TRANSFER.call(abi.encode(from, to, amount));
        require(moved, "METIS: the engine did not move the balance");
        emit Transfer(from, to, amount);
    }
}
