// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IStakingPool, ITokenReceiver} from "./StakeLinkTypes.sol";

/// wstMETIS: shares of the pool as a token whose balances do not change.
contract WrappedSDToken is ERC20, ITokenReceiver {
    IStakingPool public sdToken;

    constructor(
        address _stakingPool,
        string memory _name,
        string memory _symbol
    ) ERC20(_name, _symbol) {
        sdToken = IStakingPool(_stakingPool);
    }

    function transferAndCall(
        address _to,
        uint256 _value,
        bytes memory _data
    ) external returns (bool) {
        _transfer(msg.sender, _to, _value);
        if (_to.code.length > 0) ITokenReceiver(_to).onTokenTransfer(msg.sender, _value, _data);
        return true;
    }

    function onTokenTransfer(address _sender, uint256 _value, bytes calldata) external {
        require(msg.sender == address(sdToken), "Sender must be staking derivative token");
        _wrap(_sender, _value);
    }

    function wrap(uint256 _amount) external {
        sdToken.transferFrom(msg.sender, address(this), _amount);
        _wrap(msg.sender, _amount);
    }

    function unwrap(uint256 _amount) external {
        require(_amount > 0, "Amount must be > 0");
        uint256 unwrapped = sdToken.getStakeByShares(_amount);
        _burn(msg.sender, _amount);
        sdToken.transfer(msg.sender, unwrapped);
    }

    function getWrappedByUnderlying(uint256 _amount) external view returns (uint256) {
        return sdToken.getSharesByStake(_amount);
    }

    function getUnderlyingByWrapped(uint256 _amount) external view returns (uint256) {
        return sdToken.getStakeByShares(_amount);
    }

    function _wrap(address _account, uint256 _amount) private {
        require(_amount > 0, "Amount must be > 0");
        _mint(_account, sdToken.getSharesByStake(_amount));
    }
}
