// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {EnkiBase} from "./EnkiBase.sol";
import {IEnkiConfig, IEnkiVesting} from "./EnkiTypes.sol";

/// eMETIS on its way out of the vault. It becomes claimable over time, and only for those who stake
/// ten ENKI for each eMETIS.
contract EnkiVesting is EnkiBase, IEnkiVesting {
    using SafeERC20 for IERC20;

    struct UserInfo {
        /// Staked ENKI.
        uint256 balance;
        uint256 cumulativeClaimAmount;
        uint256 claimedAmount;
        uint256 lastVestingTime;
        /// Not yet vested.
        uint256 eMetisBalance;
    }

    uint256 private constant ENKI_PER_EMETIS = 10;

    address public seMetis;
    IERC20 public enki;
    IERC20 public eMetis;
    mapping(address user => UserInfo) public userInfos;

    event Vested(address indexed user, uint256 amount);
    event Claimed(address indexed user, uint256 amount);
    event Staked(address indexed user, uint256 amount);
    event Unstaked(address indexed user, uint256 amount);

    constructor() {
        _disableInitializers();
    }

    function initialize(address _config) external initializer {
        address enki_ = IEnkiConfig(_config).enki();
        address eMetis_ = IEnkiConfig(_config).eMetis();
        __EnkiBase_init(_config, [enki_, eMetis_]);
        enki = IERC20(enki_);
        eMetis = IERC20(eMetis_);
        seMetis = config.seMetis();
    }

    function deposit(address user, uint256 amount) external internalOnly(seMetis) {
        require(user != address(0), "Vesting: zero address");
        require(amount > 0, "Vesting: amount is zero");
        _vest(user);
        eMetis.safeTransferFrom(_msgSender(), address(this), amount);
        userInfos[user].eMetisBalance += amount;
        emit Vested(user, amount);
    }

    function claim() external nonReentrant {
        _claim();
    }

    function stake(uint256 amount) external nonReentrant forUser {
        _vest(_msgSender());
        enki.safeTransferFrom(_msgSender(), address(this), amount);
        userInfos[_msgSender()].balance += amount;
        emit Staked(_msgSender(), amount);
    }

    /// Pays what is claimable and all ENKI. What has not vested stays, and waits for another stake.
    function unstake() external nonReentrant forUser {
        _claim();
        UserInfo storage user = userInfos[_msgSender()];
        uint256 amount = user.balance;
        enki.safeTransfer(_msgSender(), amount);
        user.balance = 0;
        user.cumulativeClaimAmount = 0;
        user.claimedAmount = 0;
        user.lastVestingTime = 0;
        emit Unstaked(_msgSender(), amount);
    }

    /// As of the last update of the account.
    function estimateFinishTime(address account) external view returns (uint256) {
        UserInfo memory user = userInfos[account];
        uint256 base = _baseOf(user);
        require(base > 0, "Vesting: no eMetis or no ENKI staked");
        return user.lastVestingTime + (config.vestingDuration() * user.eMetisBalance) / base;
    }

    /// eMETIS that vests in one duration.
    function amountOfDuration(address account) external view returns (uint256) {
        return _baseOf(userInfos[account]);
    }

    function claimable(address account) public view returns (uint256) {
        UserInfo memory user = userInfos[account];
        return user.cumulativeClaimAmount - user.claimedAmount + _vestedSince(user);
    }

    function _claim() private {
        _vest(_msgSender());
        uint256 amount = claimable(_msgSender());
        userInfos[_msgSender()].claimedAmount += amount;
        eMetis.safeTransfer(_msgSender(), amount);
        emit Claimed(_msgSender(), amount);
    }

    function _vest(address _account) private {
        UserInfo storage user = userInfos[_account];
        uint256 amount = _vestedSince(user);
        user.lastVestingTime = block.timestamp;
        user.cumulativeClaimAmount += amount;
        user.eMetisBalance -= amount;
    }

    function _vestedSince(UserInfo memory _user) private view returns (uint256) {
        if (_user.balance == 0) return 0;
        uint256 elapsed = block.timestamp - _user.lastVestingTime;
        return Math.min((_baseOf(_user) * elapsed) / config.vestingDuration(), _user.eMetisBalance);
    }

    function _baseOf(UserInfo memory _user) private pure returns (uint256) {
        uint256 owed = _user.eMetisBalance + _user.cumulativeClaimAmount;
        return Math.min(owed, _user.balance / ENKI_PER_EMETIS);
    }
}
