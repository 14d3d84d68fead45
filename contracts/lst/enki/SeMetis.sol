// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ERC20Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/ERC20Upgradeable.sol";
import {
    ERC4626Upgradeable,
    IERC20Upgradeable
} from "@openzeppelin/contracts-upgradeable/token/ERC20/extensions/ERC4626Upgradeable.sol";
import {
    SafeERC20Upgradeable
} from "@openzeppelin/contracts-upgradeable/token/ERC20/utils/SafeERC20Upgradeable.sol";
import {EnkiBase} from "./EnkiBase.sol";
import {FEE_PRECISION, INITIAL_DEPOSIT_AMOUNT, IEnkiConfig, IEnkiVesting, ISeMetis} from "./EnkiTypes.sol";

/// The vault that earns the rewards. A part of everything that leaves it vests.
contract SeMetis is ERC4626Upgradeable, EnkiBase, ISeMetis {
    using SafeERC20Upgradeable for IERC20Upgradeable;

    string private constant KEEP = "SeMetis: deployer should keep the initial deposit amount";

    address public deployer;
    address public rewardDispatcher;
    address public eMetisMinter;
    /// Counted here, so that a transfer to the vault does not move the rate.
    uint256 public _totalAssets;

    event AssetsAdded(address indexed caller, uint256 assets);

    constructor() {
        _disableInitializers();
    }

    function initialize(address _config) external initializer {
        address eMetis = IEnkiConfig(_config).eMetis();
        __EnkiBase_init(_config, [eMetis, eMetis]);
        __ERC20_init("Staked ENKI Metis", "seMetis");
        __ERC4626_init(IERC20Upgradeable(eMetis));
        deployer = _msgSender();
        rewardDispatcher = config.rewardDispatcher();
        eMetisMinter = config.eMetisMinter();
    }

    /// Raises the rate.
    function addAssets(uint256 assets) external internalOnly(rewardDispatcher) {
        IERC20Upgradeable(asset()).safeTransferFrom(_msgSender(), address(this), assets);
        _totalAssets += assets;
        emit AssetsAdded(_msgSender(), assets);
    }

    function depositFromEMetisMinter(
        uint256 assets,
        address receiver
    ) external internalOnly(eMetisMinter) returns (uint256) {
        return deposit(assets, receiver);
    }

    function totalAssets() public view override returns (uint256) {
        return _totalAssets;
    }

    function _deposit(
        address _caller,
        address _receiver,
        uint256 _assets,
        uint256 _shares
    ) internal override forUser {
        super._deposit(_caller, _receiver, _assets, _shares);
        _totalAssets += _assets;
        emit AssetsAdded(_caller, _assets);
    }

    /// A part that rounds to zero is refused by the vesting contract, so dust cannot leave.
    function _withdraw(
        address _caller,
        address _receiver,
        address _owner,
        uint256 _assets,
        uint256 _shares
    ) internal override forUser {
        if (_caller != _owner) _spendAllowance(_owner, _caller, _shares);
        _requireKept(_owner, _assets);
        _burn(_owner, _shares);

        address vesting = config.vesting();
        uint256 vests = (_assets * config.vestingRatio()) / FEE_PRECISION;
        IERC20Upgradeable eMetis = IERC20Upgradeable(asset());
        eMetis.approve(vesting, vests);
        IEnkiVesting(vesting).deposit(_receiver, vests);
        eMetis.safeTransfer(_receiver, _assets - vests);
        _totalAssets -= _assets;
        emit Withdraw(_caller, _receiver, _owner, _assets, _shares);
    }

    function _beforeTokenTransfer(address _from, address, uint256 _amount) internal view override {
        // A burn is checked here a second time, with the assets that its shares round up to.
        if (_from != address(0) && _from == deployer) _requireKept(_from, previewWithdraw(_amount));
    }

    function _requireKept(address _owner, uint256 _assets) private view {
        if (_owner != deployer) return;
        require(_assets + INITIAL_DEPOSIT_AMOUNT <= maxWithdraw(deployer), KEEP);
    }
}
