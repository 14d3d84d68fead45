// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {ContextUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/ContextUpgradeable.sol";
import {ReentrancyGuardUpgradeable} from "@openzeppelin/contracts-upgradeable/security/ReentrancyGuardUpgradeable.sol";
import {BACKEND_ROLE, BETA_USER_ROLE, OPERATOR_ROLE, TIMELOCK_ROLE, IEnkiConfig} from "./EnkiTypes.sol";

/// Gates that the contracts of Enki on L2 share. Roles and flags live in the config.
abstract contract EnkiBase is ContextUpgradeable, ReentrancyGuardUpgradeable {
    using SafeERC20 for IERC20;

    IEnkiConfig public config;

    /// Tokens of the users, which nobody may take out as a mistake.
    mapping(address token => bool yes) private held;
    /// The contract of Enki that calls on behalf of a user it has already checked.
    address private internalCaller;

    event RecoverErc20(address recipient, address token, uint256 amount);

    /// While Enki is not public, only beta users may pass.
    modifier forUser() {
        if (!config.isPublic() && !_isInitializing() && internalCaller == address(0)) {
            _requireRole(BETA_USER_ROLE);
        }
        require(!config.isPaused(), "forUser: paused");
        _;
    }

    modifier internalOnly(address _caller) {
        require(_msgSender() == _caller, "internal only");
        internalCaller = _caller;
        _;
        internalCaller = address(0);
    }

    modifier onlyBackend() {
        _requireRole(BACKEND_ROLE);
        _;
    }

    modifier onlyOperatorOrTimeLock() {
        address caller = _msgSender();
        require(
            config.hasRole(OPERATOR_ROLE, caller) || config.hasRole(TIMELOCK_ROLE, caller),
            "onlyOperatorOrTimeLock: caller does not have the operator or timelock role"
        );
        _;
    }

    modifier whenNotPaused() {
        require(!config.isPaused(), "whenNotPaused: paused");
        _;
    }

    function __EnkiBase_init(address _config, address[2] memory _held) internal onlyInitializing {
        __ReentrancyGuard_init();
        config = IEnkiConfig(_config);
        for (uint256 i; i < _held.length; i++) held[_held[i]] = true;
    }

    receive() external payable virtual {
        revert("Base: not support Metis transfer");
    }

    function paused() external view returns (bool) {
        return config.isPaused();
    }

    function recoverErc20(
        address _tokenAddress,
        uint256 _tokenAmount
    ) external onlyOperatorOrTimeLock {
        require(!held[_tokenAddress], "recoverErc20: cannot recover hold token");
        IERC20(_tokenAddress).safeTransfer(_msgSender(), _tokenAmount);
        emit RecoverErc20(_msgSender(), _tokenAddress, _tokenAmount);
    }

    /// Reverts with the text of OpenZeppelin's AccessControl.
    function _requireRole(bytes32 _role) internal view {
        address caller = _msgSender();
        if (config.hasRole(_role, caller)) return;
        revert(
            string.concat(
                "AccessControl: account ",
                Strings.toHexString(caller),
                " is missing role ",
                Strings.toHexString(uint256(_role), 32)
            )
        );
    }
}
