// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EnkiBase} from "./EnkiBase.sol";
import {FEE_PRECISION, IEMetisMinter, IEnkiConfig, ISeMetis} from "./EnkiTypes.sol";

/// Splits the rewards from L1 between the treasury and the vault.
contract EnkiRewardDispatcher is EnkiBase {
    using SafeERC20 for IERC20;

    IERC20 public eMetis;
    ISeMetis public seMetis;
    /// Of the treasury, not yet withdrawn.
    uint256 public treasuryBalance;

    event Dispatched(uint256 amount, uint256 toTreasuryAmount, uint256 toVaultAmount);

    constructor() {
        _disableInitializers();
    }

    function initialize(address _config) external initializer {
        address eMetis_ = IEnkiConfig(_config).eMetis();
        __EnkiBase_init(_config, [eMetis_, eMetis_]);
        eMetis = IERC20(eMetis_);
        seMetis = ISeMetis(config.seMetis());
    }

    /// Splits the whole balance. What the treasury has not withdrawn from earlier rounds is split
    /// again, as in the real contract.
    function dispatch() external whenNotPaused nonReentrant onlyBackend {
        uint256 amount = eMetis.balanceOf(address(this));
        require(amount > 0, "RewardDispatcher: no reward");
        uint256 toTreasury = (amount * config.protocolTreasuryRatio()) / FEE_PRECISION;
        uint256 toVault = amount - toTreasury;
        treasuryBalance += toTreasury;
        eMetis.approve(address(seMetis), toVault);
        seMetis.addAssets(toVault);
        emit Dispatched(amount, toTreasury, toVault);
    }

    /// With `redeem` the treasury gets METIS of the minter, otherwise eMETIS.
    function withdrawTreasury(uint256 amount, bool redeem) external onlyBackend {
        require(amount <= treasuryBalance, "RewardDispatcher: insufficient balance");
        treasuryBalance -= amount;
        if (!redeem) {
            eMetis.safeTransfer(config.protocolTreasury(), amount);
            return;
        }
        address minter = config.eMetisMinter();
        eMetis.approve(minter, amount);
        IEMetisMinter(minter).redeemToTreasury(amount);
    }
}
