// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {BASIS_POINTS, Fee, IStrategy, SenderNotAuthorized} from "./StakeLinkTypes.sol";
import {StakingShares} from "./StakingShares.sol";

/// stMETIS: spreads METIS over strategies, and rewards over the holders after fees.
contract StakingPool is StakingShares {
    using SafeERC20 for IERC20;

    uint256 private constant MOST_FEES = 4_000;

    uint256 public totalStaked;
    /// METIS that may lie here outside of the strategies.
    uint256 public unusedDepositLimit;
    address public priorityPool;
    address public rebaseController;
    address[] private strategies;
    Fee[] private fees;

    event UpdateStrategyRewards(
        address indexed account,
        uint256 totalStaked,
        int256 rewardsAmount,
        uint256 totalFees
    );
    event Burn(address indexed account, uint256 amount);
    event DonateTokens(address indexed sender, uint256 amount);

    error InvalidDeposit();
    error NothingStaked();

    function initialize(
        address _token,
        string memory _liquidTokenName,
        string memory _liquidTokenSymbol,
        Fee[] memory _fees,
        uint256 _unusedDepositLimit
    ) external initializer {
        __StakingRewardsPool_init(_token, _liquidTokenName, _liquidTokenSymbol);
        for (uint256 i; i < _fees.length; i++) fees.push(_fees[i]);
        _requireModestFees();
        unusedDepositLimit = _unusedDepositLimit;
    }

    /// Without an amount it only moves what lies here into the strategies.
    function deposit(
        address _account,
        uint256 _amount,
        bytes[] calldata _data
    ) external only(priorityPool) {
        require(strategies.length > 0, "Must be > 0 strategies to stake");
        uint256 before = getUnusedDeposits();
        if (_amount > 0) token.safeTransferFrom(msg.sender, address(this), _amount);
        _fill(_data);
        if (_amount > 0) {
            _mint(_account, _amount);
            totalStaked += _amount;
        }
        uint256 unused = getUnusedDeposits();
        if (unused > before && unused > unusedDepositLimit) revert InvalidDeposit();
    }

    function withdraw(
        address _account,
        address _receiver,
        uint256 _amount,
        bytes[] calldata _data
    ) external only(priorityPool) {
        uint256 amount = _amount == type(uint256).max ? balanceOf(_account) : _amount;
        uint256 unused = getUnusedDeposits();
        if (amount > unused) _drain(amount - unused, _data);
        require(getUnusedDeposits() >= amount, "Not enough liquidity available to withdraw");
        _burn(_account, amount);
        totalStaked -= amount;
        token.safeTransfer(_receiver, amount);
    }

    function updateStrategyRewards(uint256[] memory _strategyIdxs, bytes memory _data) external {
        if (msg.sender != rebaseController && !_isStrategy(msg.sender)) {
            revert SenderNotAuthorized();
        }
        _distribute(_strategyIdxs, _data);
    }

    /// Gives one's stake to all others.
    function burn(uint256 _amount) external {
        _burn(msg.sender, _amount);
        emit Burn(msg.sender, _amount);
    }

    /// Gives METIS to all holders.
    function donateTokens(uint256 _amount) external {
        if (totalStaked == 0) revert NothingStaked();
        token.safeTransferFrom(msg.sender, address(this), _amount);
        totalStaked += _amount;
        emit DonateTokens(msg.sender, _amount);
    }

    function strategyDeposit(
        uint256 _index,
        uint256 _amount,
        bytes calldata _data
    ) external onlyOwner {
        _strategyAt(_index).deposit(_amount, _data);
    }

    function strategyWithdraw(
        uint256 _index,
        uint256 _amount,
        bytes calldata _data
    ) external onlyOwner {
        _strategyAt(_index).withdraw(_amount, _data);
    }

    function addStrategy(address _strategy) external onlyOwner {
        require(!_isStrategy(_strategy), "Strategy already exists");
        token.safeApprove(_strategy, type(uint256).max);
        strategies.push(_strategy);
    }

    /// Its deposits come back first.
    function removeStrategy(
        uint256 _index,
        bytes memory _strategyUpdateData,
        bytes calldata _strategyWithdrawalData
    ) external onlyOwner {
        IStrategy strategy = _strategyAt(_index);
        uint256[] memory one = new uint256[](1);
        one[0] = _index;
        _distribute(one, _strategyUpdateData);
        uint256 held = strategy.getTotalDeposits();
        if (held > 0) strategy.withdraw(held, _strategyWithdrawalData);
        for (uint256 i = _index + 1; i < strategies.length; i++) strategies[i - 1] = strategies[i];
        strategies.pop();
        token.safeApprove(address(strategy), 0);
    }

    function reorderStrategies(uint256[] calldata _newOrder) external onlyOwner {
        require(_newOrder.length == strategies.length, "newOrder.length must = strategies.length");
        address[] memory old = strategies;
        for (uint256 i; i < old.length; i++) {
            require(old[_newOrder[i]] != address(0), "all indices must be valid");
            strategies[i] = old[_newOrder[i]];
            old[_newOrder[i]] = address(0);
        }
    }

    function addFee(address _receiver, uint256 _feeBasisPoints) external onlyOwner {
        _distribute(_allStrategies(), "");
        fees.push(Fee(_receiver, _feeBasisPoints));
        _requireModestFees();
    }

    /// Zero basis points remove the fee; the last one takes its place.
    function updateFee(
        uint256 _index,
        address _receiver,
        uint256 _feeBasisPoints
    ) external onlyOwner {
        require(_index < fees.length, "Fee does not exist");
        _distribute(_allStrategies(), "");
        if (_feeBasisPoints == 0) {
            fees[_index] = fees[fees.length - 1];
            fees.pop();
        } else {
            fees[_index] = Fee(_receiver, _feeBasisPoints);
        }
        _requireModestFees();
    }

    function setUnusedDepositLimit(uint256 _unusedDepositLimit) external onlyOwner {
        unusedDepositLimit = _unusedDepositLimit;
    }

    function setPriorityPool(address _priorityPool) external onlyOwner {
        priorityPool = _priorityPool;
    }

    function setRebaseController(address _rebaseController) external onlyOwner {
        rebaseController = _rebaseController;
    }

    function getStrategies() external view returns (address[] memory) {
        return strategies;
    }

    function getFees() external view returns (Fee[] memory) {
        return fees;
    }

    /// Without what lies here unused.
    function getStrategyDepositRoom() external view returns (uint256 room) {
        for (uint256 i; i < strategies.length; i++) {
            room = _plus(room, IStrategy(strategies[i]).canDeposit());
        }
    }

    function getStrategyRewards(
        uint256[] calldata _strategyIdxs
    ) external view returns (int256 total) {
        for (uint256 i; i < _strategyIdxs.length; i++) {
            total += IStrategy(strategies[_strategyIdxs[i]]).getDepositChange();
        }
    }

    function canDeposit() external view returns (uint256) {
        uint256 most = getMaxDeposits();
        return most > totalStaked ? most - totalStaked : 0;
    }

    function canWithdraw() external view returns (uint256) {
        uint256 least = getMinDeposits();
        return totalStaked > least ? totalStaked - least : 0;
    }

    function getUnusedDeposits() public view returns (uint256) {
        return token.balanceOf(address(this));
    }

    function getMaxDeposits() public view returns (uint256 most) {
        for (uint256 i; i < strategies.length; i++) {
            most = _plus(most, IStrategy(strategies[i]).getMaxDeposits());
        }
    }

    function getMinDeposits() public view returns (uint256 least) {
        for (uint256 i; i < strategies.length; i++) {
            least += IStrategy(strategies[i]).getMinDeposits();
        }
    }

    function _totalStaked() internal view override returns (uint256) {
        return totalStaked;
    }

    /// The first strategy is filled first.
    function _fill(bytes[] calldata _data) private {
        uint256 left = getUnusedDeposits();
        for (uint256 i; i < strategies.length && left > 0; i++) {
            uint256 room = IStrategy(strategies[i]).canDeposit();
            uint256 amount = room < left ? room : left;
            if (amount == 0) continue;
            IStrategy(strategies[i]).deposit(amount, _data[i]);
            left -= amount;
        }
    }

    /// The last strategy is emptied first.
    function _drain(uint256 _amount, bytes[] calldata _data) private {
        uint256 left = _amount;
        for (uint256 i = strategies.length; i > 0 && left > 0; i--) {
            uint256 free = IStrategy(strategies[i - 1]).canWithdraw();
            uint256 amount = free < left ? free : left;
            if (amount == 0) continue;
            IStrategy(strategies[i - 1]).withdraw(amount, _data[i - 1]);
            left -= amount;
        }
    }

    /// Fees are new shares, worth exactly what is due. The last receiver also gets what rounding
    /// left over.
    function _distribute(uint256[] memory _idxs, bytes memory _data) private {
        address[][] memory receivers = new address[][](_idxs.length + 1);
        uint256[][] memory amounts = new uint256[][](_idxs.length + 1);
        int256 rewards;
        for (uint256 i; i < _idxs.length; i++) {
            int256 change;
            (change, receivers[i], amounts[i]) = IStrategy(strategies[_idxs[i]]).updateDeposits(
                _data
            );
            rewards += change;
        }
        if (rewards != 0) totalStaked = uint256(int256(totalStaked) + rewards);
        if (rewards > 0) {
            (receivers[_idxs.length], amounts[_idxs.length]) = _ownFees(uint256(rewards));
        }
        (uint256 due, uint256 count) = _sumOf(amounts);
        // Fees never take everything.
        if (due >= totalStaked) due = 0;
        if (due > 0) {
            _mintShares(address(this), (due * totalShares) / (totalStaked - due));
            _pay(receivers, amounts, count);
        }
        emit UpdateStrategyRewards(msg.sender, totalStaked, rewards, due);
    }

    function _pay(
        address[][] memory _receivers,
        uint256[][] memory _amounts,
        uint256 _count
    ) private {
        uint256 paid;
        for (uint256 i; i < _receivers.length; i++) {
            for (uint256 j; j < _receivers[i].length; j++) {
                paid++;
                uint256 amount = paid < _count ? _amounts[i][j] : balanceOf(address(this));
                _transferAndCall(address(this), _receivers[i][j], amount, "0x");
            }
        }
    }

    function _ownFees(
        uint256 _rewards
    ) private view returns (address[] memory receivers, uint256[] memory amounts) {
        receivers = new address[](fees.length);
        amounts = new uint256[](fees.length);
        for (uint256 i; i < fees.length; i++) {
            receivers[i] = fees[i].receiver;
            amounts[i] = (_rewards * fees[i].basisPoints) / BASIS_POINTS;
        }
    }

    function _sumOf(
        uint256[][] memory _amounts
    ) private pure returns (uint256 total, uint256 count) {
        for (uint256 i; i < _amounts.length; i++) {
            count += _amounts[i].length;
            for (uint256 j; j < _amounts[i].length; j++) total += _amounts[i][j];
        }
    }

    function _requireModestFees() private view {
        uint256 total;
        for (uint256 i; i < fees.length; i++) total += fees[i].basisPoints;
        require(total <= MOST_FEES, "Total fees must be <= 40%");
    }

    function _strategyAt(uint256 _index) private view returns (IStrategy) {
        require(_index < strategies.length, "Strategy does not exist");
        return IStrategy(strategies[_index]);
    }

    function _allStrategies() private view returns (uint256[] memory all) {
        all = new uint256[](strategies.length);
        for (uint256 i; i < all.length; i++) all[i] = i;
    }

    function _isStrategy(address _strategy) private view returns (bool) {
        for (uint256 i; i < strategies.length; i++) {
            if (strategies[i] == _strategy) return true;
        }
        return false;
    }

    /// Stops at the largest number.
    function _plus(uint256 _a, uint256 _b) private pure returns (uint256) {
        return _b >= type(uint256).max - _a ? type(uint256).max : _a + _b;
    }
}
