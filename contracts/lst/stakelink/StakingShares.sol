// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/ERC20Upgradeable.sol";
import {StakeLinkBase} from "./StakeLinkBase.sol";
import {ITokenReceiver} from "./StakeLinkTypes.sol";

/// A token whose balances are shares of everything that is staked. It can be sent along with a call.
abstract contract StakingShares is ERC20Upgradeable, StakeLinkBase {
    /// Belong to nobody, so that the first depositor cannot inflate the price of a share.
    uint256 private constant DEAD_SHARES = 1_000;
    /// Balances below this are shown as nothing.
    uint256 private constant DUST = 100;

    IERC20 public token;
    uint256 public totalShares;
    mapping(address account => uint256 amount) private shares;

    function __ERC677_init(
        string memory _tokenName,
        string memory _tokenSymbol,
        uint256 _totalSupply
    ) public onlyInitializing {
        __ERC20_init(_tokenName, _tokenSymbol);
        if (_totalSupply > 0) _mint(msg.sender, _totalSupply);
    }

    function __StakingRewardsPool_init(
        address _token,
        string memory _liquidTokenName,
        string memory _liquidTokenSymbol
    ) public onlyInitializing {
        __ERC677_init(_liquidTokenName, _liquidTokenSymbol, 0);
        __StakeLinkBase_init();
        token = IERC20(_token);
    }

    function transferAndCall(
        address _to,
        uint256 _value,
        bytes memory _data
    ) external returns (bool) {
        _transferAndCall(msg.sender, _to, _value, _data);
        return true;
    }

    function transferShares(address _recipient, uint256 _sharesAmount) external returns (bool) {
        _transferShares(msg.sender, _recipient, _sharesAmount);
        emit Transfer(msg.sender, _recipient, getStakeByShares(_sharesAmount));
        return true;
    }

    function transferSharesFrom(
        address _sender,
        address _recipient,
        uint256 _sharesAmount
    ) external returns (bool) {
        uint256 amount = getStakeByShares(_sharesAmount);
        _spendAllowance(_sender, msg.sender, amount);
        _transferShares(_sender, _recipient, _sharesAmount);
        emit Transfer(_sender, _recipient, amount);
        return true;
    }

    function sharesOf(address _account) external view returns (uint256) {
        return shares[_account];
    }

    function totalSupply() public view override returns (uint256) {
        return _totalStaked();
    }

    function balanceOf(address _account) public view override returns (uint256) {
        uint256 balance = getStakeByShares(shares[_account]);
        return balance < DUST ? 0 : balance;
    }

    /// Rounded down. One for one while nothing is staked.
    function getSharesByStake(uint256 _amount) public view returns (uint256) {
        uint256 staked = _totalStaked();
        return staked == 0 ? _amount : (_amount * totalShares) / staked;
    }

    /// Rounded down. One for one while there are no shares.
    function getStakeByShares(uint256 _amount) public view returns (uint256) {
        return totalShares == 0 ? _amount : (_amount * _totalStaked()) / totalShares;
    }

    function _totalStaked() internal view virtual returns (uint256);

    function _transferAndCall(
        address _from,
        address _to,
        uint256 _value,
        bytes memory _data
    ) internal {
        _transfer(_from, _to, _value);
        if (_to.code.length > 0) ITokenReceiver(_to).onTokenTransfer(_from, _value, _data);
    }

    /// What arrives can be a wei less than the amount, which the event states nevertheless.
    function _transfer(address _from, address _to, uint256 _amount) internal override {
        _transferShares(_from, _to, getSharesByStake(_amount));
        emit Transfer(_from, _to, _amount);
    }

    function _transferShares(address _from, address _to, uint256 _shares) internal {
        require(_from != address(0), "Transfer from the zero address");
        require(_to != address(0), "Transfer to the zero address");
        require(shares[_from] >= _shares, "Transfer amount exceeds balance");
        shares[_from] -= _shares;
        shares[_to] += _shares;
    }

    function _mint(address _to, uint256 _amount) internal override {
        _mintShares(_to, getSharesByStake(_amount));
        emit Transfer(address(0), _to, _amount);
    }

    function _mintShares(address _to, uint256 _shares) internal {
        require(_to != address(0), "Mint to the zero address");
        if (totalShares == 0) {
            shares[address(0)] = DEAD_SHARES;
            shares[_to] += _shares - DEAD_SHARES;
        } else {
            shares[_to] += _shares;
        }
        totalShares += _shares;
    }

    function _burn(address _from, uint256 _amount) internal override {
        uint256 burnt = getSharesByStake(_amount);
        require(_from != address(0), "Burn from the zero address");
        require(shares[_from] >= burnt, "Burn amount exceeds balance");
        totalShares -= burnt;
        shares[_from] -= burnt;
        emit Transfer(_from, address(0), _amount);
    }
}
