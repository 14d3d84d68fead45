// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ILockingLimits} from "./L1Types.sol";
import {SequencerVault} from "./SequencerVault.sol";
import {StakeLinkBase} from "./StakeLinkBase.sol";
import {FeesTooLarge, SenderNotAuthorized} from "./StakeLinkTypes.sol";

/// Spreads METIS from L2 over vaults, each of which owns a sequencer.
contract L1Strategy is StakeLinkBase {
    using SafeERC20 for IERC20;

    uint256 private constant MOST_OPERATOR_REWARDS = 3_000;

    IERC20 public token;
    address public l1Transmitter;
    ILockingLimits public lockingInfo;
    /// On L2.
    address public rewardRecipient;
    /// Zero leaves rewards where they are.
    uint256 public minRewardsToClaim;
    address public vaultImplementation;
    /// Basis points of what a vault earns.
    uint256 public operatorRewardPercentage;
    SequencerVault[] private vaults;
    /// As of the last update.
    uint256 private totalDeposits;
    uint256 private idle;

    event VaultAdded(address signer);
    event SetOperatorRewardPercentage(uint256 operatorRewardPercentage);
    event SetVaultImplementation(address vaultImplementation);
    event UpgradedVaults(uint256[] vaults);

    error AddressNotContract();
    error ZeroAddress();

    /// Vaults return what they did not pay the bridge.
    receive() external payable {}

    function initialize(
        address _token,
        address _lockingInfo,
        address _vaultImplementation,
        address _rewardRecipient,
        uint256 _minRewardsToClaim,
        uint256 _operatorRewardPercentage
    ) external initializer {
        __StakeLinkBase_init();
        if (_vaultImplementation.code.length == 0) revert AddressNotContract();
        if (_rewardRecipient == address(0)) revert ZeroAddress();
        if (_operatorRewardPercentage > MOST_OPERATOR_REWARDS) revert FeesTooLarge();
        token = IERC20(_token);
        lockingInfo = ILockingLimits(_lockingInfo);
        vaultImplementation = _vaultImplementation;
        rewardRecipient = _rewardRecipient;
        minRewardsToClaim = _minRewardsToClaim;
        operatorRewardPercentage = _operatorRewardPercentage;
    }

    function deposit(uint256 _amount) external only(l1Transmitter) {
        token.safeTransferFrom(msg.sender, address(this), _amount);
        totalDeposits += _amount;
        idle += _amount;
    }

    /// METIS that is not locked goes first, then that of the last vault.
    function withdraw(uint256 _amount) external only(l1Transmitter) {
        uint256 left = _amount > idle ? _amount - idle : 0;
        for (uint256 i = vaults.length; i > 0 && left > 0; i--) {
            uint256 amount = Math.min(vaults[i - 1].canWithdraw(), left);
            if (amount == 0) continue;
            vaults[i - 1].withdraw(amount);
            left -= amount;
        }
        token.safeTransfer(msg.sender, _amount);
        totalDeposits -= _amount;
        idle = token.balanceOf(address(this));
    }

    function depositQueuedTokens(
        uint256[] calldata _vaults,
        uint256[] calldata _amounts
    ) external only(l1Transmitter) {
        for (uint256 i; i < _vaults.length; i++) {
            vaults[_vaults[i]].deposit(_amounts[i]);
            idle -= _amounts[i];
        }
    }

    /// The value pays for rewards that go to L2, the fee once for each vault; the rest comes back.
    function updateDeposits(
        uint32 _l2Gas,
        uint256 _l2Fee
    )
        external
        payable
        only(l1Transmitter)
        returns (
            uint256,
            uint256 claimed,
            address[] memory opRewardReceivers,
            uint256[] memory opRewardAmounts
        )
    {
        opRewardReceivers = new address[](vaults.length);
        opRewardAmounts = new uint256[](vaults.length);
        uint256 total;
        for (uint256 i; i < vaults.length; i++) {
            uint256[3] memory each = _collect(vaults[i], _l2Gas, _l2Fee);
            total += each[0];
            opRewardAmounts[i] = each[1];
            claimed += each[2];
            opRewardReceivers[i] = vaults[i].rewardsReceiver();
        }
        idle = token.balanceOf(address(this));
        totalDeposits = total + idle;
        uint256 change = address(this).balance;
        if (change > 0) Address.sendValue(payable(msg.sender), change);
        return (totalDeposits, claimed, opRewardReceivers, opRewardAmounts);
    }

    /// The vault still has to be whitelisted in LockingPool.
    function addVault(
        bytes calldata _pubkey,
        address _signer,
        address _rewardsReceiver
    ) external onlyOwner {
        bytes memory init = abi.encodeCall(
            SequencerVault.initialize,
            (
                address(token),
                address(this),
                lockingInfo.manager(),
                address(lockingInfo),
                _pubkey,
                _signer,
                _rewardsReceiver
            )
        );
        address vault = address(new ERC1967Proxy(vaultImplementation, init));
        token.safeApprove(vault, type(uint256).max);
        vaults.push(SequencerVault(vault));
        emit VaultAdded(_signer);
    }

    function upgradeVaults(uint256[] calldata _vaults, bytes[] memory _data) external onlyOwner {
        for (uint256 i; i < _vaults.length; i++) {
            SequencerVault vault = vaults[_vaults[i]];
            if (_data[i].length == 0) vault.upgradeTo(vaultImplementation);
            else vault.upgradeToAndCall(vaultImplementation, _data[i]);
        }
        emit UpgradedVaults(_vaults);
    }

    function initiateExit(uint256 _vaultId) external onlyOwner {
        vaults[_vaultId].initiateExit();
    }

    /// The vault is forgotten, and those behind it move up.
    function finalizeExit(uint256 _vaultId) external onlyOwner {
        idle += vaults[_vaultId].getPrincipalDeposits();
        vaults[_vaultId].finalizeExit();
        for (uint256 i = _vaultId + 1; i < vaults.length; i++) vaults[i - 1] = vaults[i];
        vaults.pop();
    }

    function setVaultImplementation(address _vaultImplementation) external onlyOwner {
        if (_vaultImplementation.code.length == 0) revert AddressNotContract();
        vaultImplementation = _vaultImplementation;
        emit SetVaultImplementation(_vaultImplementation);
    }

    function setOperatorRewardPercentage(uint256 _operatorRewardPercentage) external onlyOwner {
        if (_operatorRewardPercentage > MOST_OPERATOR_REWARDS) revert FeesTooLarge();
        operatorRewardPercentage = _operatorRewardPercentage;
        emit SetOperatorRewardPercentage(_operatorRewardPercentage);
    }

    function setMinRewardsToClaim(uint256 _minRewardsToClaim) external onlyOwner {
        minRewardsToClaim = _minRewardsToClaim;
    }

    function setL1Transmitter(address _l1Transmitter) external onlyOwner {
        l1Transmitter = _l1Transmitter;
    }

    function getVaults() external view returns (SequencerVault[] memory) {
        return vaults;
    }

    function getVaultDeposits() external view returns (uint256[] memory amounts) {
        amounts = new uint256[](vaults.length);
        for (uint256 i; i < amounts.length; i++) amounts[i] = vaults[i].getPrincipalDeposits();
    }

    function getTotalQueuedTokens() external view returns (uint256) {
        return idle;
    }

    function getTotalDeposits() external view returns (uint256) {
        return totalDeposits;
    }

    /// Earned or, below zero, lost since the last update.
    function getDepositChange() external view returns (int256) {
        uint256 live = token.balanceOf(address(this));
        for (uint256 i; i < vaults.length; i++) live += vaults[i].getTotalDeposits();
        return int256(live) - int256(totalDeposits);
    }

    function getMaxDeposits() external view returns (uint256) {
        uint256 active;
        for (uint256 i; i < vaults.length; i++) {
            if (vaults[i].exitDelayEndTime() == 0) active++;
        }
        return active * getVaultDepositMax();
    }

    function canWithdraw() external view returns (uint256) {
        uint256 least = getMinDeposits();
        return totalDeposits > least ? totalDeposits - least : 0;
    }

    function getMinDeposits() public view returns (uint256 least) {
        for (uint256 i; i < vaults.length; i++) {
            least += vaults[i].getPrincipalDeposits() - vaults[i].canWithdraw();
        }
    }

    function getVaultDepositMin() public view returns (uint256) {
        return lockingInfo.minLock();
    }

    function getVaultDepositMax() public view returns (uint256) {
        return lockingInfo.maxLock();
    }

    /// What the vault holds, the operator's reward, and the rewards that it sent to L2.
    function _collect(
        SequencerVault _vault,
        uint32 _l2Gas,
        uint256 _l2Fee
    ) private returns (uint256[3] memory) {
        uint256 least = minRewardsToClaim;
        uint256 fee = least == 0 ? 0 : _l2Fee;
        (uint256 held, uint256 reward, uint256 sent) = _vault.updateDeposits{value: fee}(
            least,
            _l2Gas
        );
        return [held, reward, sent];
    }
}
