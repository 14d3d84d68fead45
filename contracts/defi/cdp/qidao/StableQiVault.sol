// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/security/ReentrancyGuard.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {
    ERC721Enumerable
} from "@openzeppelin/contracts/token/ERC721/extensions/ERC721Enumerable.sol";

interface IPriceSource {
    function latestAnswer() external view returns (int256);
}

/// Vaults with one kind of collateral, each a token that can be handed on. What is borrowed comes
/// out of what the contract holds; nothing is minted.
contract StableQiVault is ERC721Enumerable, Ownable, ReentrancyGuard {
    using SafeERC20 for IERC20Metadata;

    uint256 private constant TEN_THOUSAND = 10_000;
    uint256 private constant THOUSAND = 1000;
    uint256 private constant ONE_YEAR = 31_556_952;
    uint256 private constant TOKEN_PEG = 1e8;

    uint8 public constant version = 7;
    uint256 public constant priceSourceDecimals = 8;
    IERC20Metadata public immutable collateral;
    IERC20Metadata public immutable mai;
    uint256 public immutable decimalDifferenceRaisedToTen;

    IPriceSource public ethPriceSource;
    address public stabilityPool;
    uint256 public _minimumCollateralPercentage;
    uint256 public vaultCount;
    uint256 public closingFee = 50;
    uint256 public openingFee;
    uint256 public iR;
    uint256 public minDebt;
    uint256 public maxDebt;
    uint256 public totalBorrowed;
    uint256 public debtRatio = 2;
    uint256 public gainRatio = 1100;

    mapping(uint256 vaultID => uint256) public vaultCollateral;
    mapping(uint256 vaultID => uint256) public accumulatedVaultDebt;
    mapping(uint256 vaultID => uint256) public lastInterest;
    /// Share of the fees that a front end charges, of 10,000; 0 is no front end.
    mapping(uint256 vaultID => uint256) public promoter;
    mapping(address liquidator => uint256) public maticDebt;

    event CreateVault(uint256 vaultID, address creator);
    event DestroyVault(uint256 vaultID);
    event DepositCollateral(uint256 vaultID, uint256 amount);
    event WithdrawCollateral(uint256 vaultID, uint256 amount);
    event BorrowToken(uint256 vaultID, uint256 amount);
    event PayBackToken(uint256 vaultID, uint256 amount, uint256 closingFee);
    event LiquidateVault(
        uint256 vaultID,
        address owner,
        address buyer,
        uint256 debtRepaid,
        uint256 collateralLiquidated,
        uint256 closingFee
    );
    event BoughtRiskyDebtVault(
        uint256 riskyVault,
        uint256 newVault,
        address riskyVaultBuyer,
        uint256 amountPaidtoBuy
    );

    struct Terms {
        address priceSource;
        address mai;
        address collateral;
        uint256 minimumCollateralPercentage;
        uint256 minDebt;
        uint256 maxDebt;
    }

    modifier vaultExists(uint256 vaultID) {
        require(_exists(vaultID), "Vault does not exist");
        _;
    }

    modifier onlyVaultOwner(uint256 vaultID) {
        require(_exists(vaultID), "Vault does not exist");
        require(ownerOf(vaultID) == msg.sender, "Vault is not owned by you");
        _;
    }

    modifier frontExists(uint256 vaultID) {
        require(_exists(vaultID), "front end vault does not exist");
        require(
            promoter[vaultID] <= TEN_THOUSAND && promoter[vaultID] > 0,
            "Front end not added"
        );
        _;
    }

    /// Vault 0 is the owner's and the first front end.
    constructor(
        string memory _name,
        string memory _symbol,
        Terms memory terms,
        address _owner
    ) ERC721(_name, _symbol) {
        ethPriceSource = IPriceSource(terms.priceSource);
        mai = IERC20Metadata(terms.mai);
        collateral = IERC20Metadata(terms.collateral);
        decimalDifferenceRaisedToTen =
            10 **
                (IERC20Metadata(terms.mai).decimals() -
                    IERC20Metadata(terms.collateral).decimals());
        _minimumCollateralPercentage = terms.minimumCollateralPercentage;
        minDebt = terms.minDebt;
        maxDebt = terms.maxDebt;
        _transferOwnership(_owner);
        vaultCount = 1;
        _mint(_owner, 0);
        promoter[0] = TEN_THOUSAND;
        emit CreateVault(0, _owner);
    }

    receive() external payable {}

    function setInterestRate(uint256 _iR) external onlyOwner {
        iR = _iR;
    }

    function setOpeningFee(uint256 _openingFee) external onlyOwner {
        openingFee = _openingFee;
    }

    function setClosingFee(uint256 _closingFee) external onlyOwner {
        closingFee = _closingFee;
    }

    function setMinCollateralRatio(uint256 percentage) external onlyOwner {
        _minimumCollateralPercentage = percentage;
    }

    function setStabilityPool(address pool) external onlyOwner {
        stabilityPool = pool;
    }

    function addFrontEnd(uint256 vaultID) external onlyOwner {
        require(_exists(vaultID), "Vault does not exist");
        require(promoter[vaultID] == 0, "already added");
        promoter[vaultID] = TEN_THOUSAND;
    }

    function createVault() public returns (uint256 vaultId) {
        vaultId = vaultCount++;
        _mint(msg.sender, vaultId);
        emit CreateVault(vaultId, msg.sender);
    }

    function destroyVault(uint256 vaultID) external onlyVaultOwner(vaultID) nonReentrant {
        require(vaultDebt(vaultID) == 0, "Vault has outstanding debt");
        uint256 left = vaultCollateral[vaultID];
        if (left != 0) collateral.safeTransfer(ownerOf(vaultID), left);
        _burn(vaultID);
        delete vaultCollateral[vaultID];
        delete accumulatedVaultDebt[vaultID];
        delete lastInterest[vaultID];
        emit DestroyVault(vaultID);
    }

    function depositCollateral(uint256 vaultID, uint256 amount) external vaultExists(vaultID) {
        vaultCollateral[vaultID] += amount;
        collateral.safeTransferFrom(msg.sender, address(this), amount);
        emit DepositCollateral(vaultID, amount);
    }

    function withdrawCollateral(
        uint256 vaultID,
        uint256 amount
    ) external onlyVaultOwner(vaultID) nonReentrant {
        require(
            vaultCollateral[vaultID] >= amount,
            "Vault does not have enough collateral"
        );
        uint256 left = vaultCollateral[vaultID] - amount;
        uint256 debt = updateVaultDebt(vaultID);
        require(
            debt == 0 || isValidCollateral(left, debt),
            "Withdrawal would put vault below minimum collateral percentage"
        );
        vaultCollateral[vaultID] = left;
        collateral.safeTransfer(msg.sender, amount);
        emit WithdrawCollateral(vaultID, amount);
    }

    function borrowToken(
        uint256 vaultID,
        uint256 amount,
        uint256 _front
    ) external frontExists(_front) onlyVaultOwner(vaultID) nonReentrant {
        require(amount > 0, "Must borrow non-zero amount");
        require(
            amount <= getDebtCeiling(),
            "borrowToken: Cannot mint over available supply."
        );
        uint256 debt = updateVaultDebt(vaultID) + amount;
        require(debt <= maxDebt, "borrowToken: max loan cap reached.");
        require(
            isValidCollateral(vaultCollateral[vaultID], debt),
            "Borrow would put vault below minimum collateral percentage"
        );
        require(debt >= minDebt, "Vault debt can't be under minDebt");
        accumulatedVaultDebt[vaultID] = debt;
        _charge(vaultID, _front, calculateFee(openingFee, debt, promoter[_front]));
        mai.safeTransfer(msg.sender, amount);
        totalBorrowed += amount;
        emit BorrowToken(vaultID, amount);
    }

    function paybackTokenAll(
        uint256 vaultID,
        uint256 deadline,
        uint256 _front
    ) external frontExists(_front) vaultExists(vaultID) {
        require(deadline >= block.timestamp, "paybackTokenAll: deadline expired.");
        payBackToken(vaultID, updateVaultDebt(vaultID), _front);
    }

    function payBackToken(
        uint256 vaultID,
        uint256 amount,
        uint256 _front
    ) public frontExists(_front) vaultExists(vaultID) {
        require(mai.balanceOf(msg.sender) >= amount, "Token balance too low");
        uint256 debt = updateVaultDebt(vaultID);
        require(debt >= amount, "Vault debt less than amount to pay back");
        require(
            debt - amount >= minDebt || amount == debt,
            "Vault debt can't be under minDebt"
        );
        uint256 fee = calculateFee(closingFee, amount, promoter[_front]);
        accumulatedVaultDebt[vaultID] = debt - amount;
        _charge(vaultID, _front, fee);
        totalBorrowed -= amount;
        mai.safeTransferFrom(msg.sender, address(this), amount);
        emit PayBackToken(vaultID, amount, fee);
    }

    /// Repays half the debt, or all of a small one, for collateral with a bonus.
    function liquidateVault(
        uint256 vaultID,
        uint256 _front
    ) external frontExists(_front) vaultExists(vaultID) {
        require(
            stabilityPool == address(0) || msg.sender == stabilityPool,
            "liquidation is disabled for public"
        );
        uint256 debt = updateVaultDebt(vaultID);
        require(debt != 0, "Vault debt is 0");
        uint256 percentage = _percentage(vaultCollateral[vaultID], debt);
        require(
            percentage < _minimumCollateralPercentage,
            "Vault is not below minimum collateral percentage"
        );
        require(percentage * 10 > gainRatio, "Vault is not above gain ratio");
        uint256 repaid = checkCost(vaultID);
        require(
            mai.balanceOf(msg.sender) >= repaid,
            "Token balance too low to pay off outstanding debt"
        );
        uint256 extracted = checkExtract(vaultID);
        uint256 fee = calculateFee(closingFee, repaid, promoter[_front]);
        totalBorrowed -= repaid;
        accumulatedVaultDebt[vaultID] = debt - repaid;
        _charge(vaultID, _front, fee);
        vaultCollateral[vaultID] -= extracted;
        maticDebt[msg.sender] += extracted;
        mai.safeTransferFrom(msg.sender, address(this), repaid);
        emit LiquidateVault(vaultID, ownerOf(vaultID), msg.sender, repaid, extracted, fee);
    }

    function getPaid() external {
        getPaid(msg.sender);
    }

    function getPaid(address pay) public nonReentrant {
        uint256 amount = maticDebt[pay];
        require(amount != 0, "Don't have anything for you.");
        maticDebt[pay] = 0;
        collateral.safeTransfer(pay, amount);
    }

    /// Adds the interest since the last time to the debt.
    function updateVaultDebt(uint256 vaultID) public returns (uint256) {
        uint256 debt = vaultDebt(vaultID);
        totalBorrowed += debt - accumulatedVaultDebt[vaultID];
        if (iR > 0) lastInterest[vaultID] = block.timestamp;
        accumulatedVaultDebt[vaultID] = debt;
        return debt;
    }

    function exists(uint256 vaultID) external view returns (bool) {
        return _exists(vaultID);
    }

    function vaultDebt(uint256 vaultID) public view returns (uint256) {
        uint256 debt = accumulatedVaultDebt[vaultID];
        if (lastInterest[vaultID] == 0 || iR == 0) return debt;
        uint256 time = block.timestamp - lastInterest[vaultID];
        return debt + ((iR * debt * time) / ONE_YEAR) / TEN_THOUSAND;
    }

    function getDebtCeiling() public view returns (uint256) {
        return mai.balanceOf(address(this));
    }

    function getEthPriceSource() public view returns (uint256) {
        return uint256(ethPriceSource.latestAnswer());
    }

    function getTokenPriceSource() external pure returns (uint256) {
        return TOKEN_PEG;
    }

    function isValidCollateral(uint256 _collateral, uint256 debt) public view returns (bool) {
        return _percentage(_collateral, debt) >= _minimumCollateralPercentage;
    }

    /// A fee on an amount of MAI, in collateral.
    function calculateFee(
        uint256 fee,
        uint256 amount,
        uint256 promoFee
    ) public view returns (uint256) {
        uint256 price = getEthPriceSource();
        uint256 charged = promoFee > 0
            ? (amount * fee * TOKEN_PEG * promoFee) / (price * TEN_THOUSAND * TEN_THOUSAND)
            : (amount * fee * TOKEN_PEG) / (price * TEN_THOUSAND);
        return charged / decimalDifferenceRaisedToTen;
    }

    function checkCollateralPercentage(
        uint256 vaultID
    ) public view vaultExists(vaultID) returns (uint256) {
        uint256 debt = vaultDebt(vaultID);
        if (vaultCollateral[vaultID] == 0 || debt == 0) return 0;
        return _percentage(vaultCollateral[vaultID], debt);
    }

    function checkLiquidation(uint256 vaultID) public view vaultExists(vaultID) returns (bool) {
        uint256 debt = vaultDebt(vaultID);
        if (vaultCollateral[vaultID] == 0 || debt == 0) return false;
        return !isValidCollateral(vaultCollateral[vaultID], debt);
    }

    /// MAI that a liquidation repays.
    function checkCost(uint256 vaultID) public view returns (uint256) {
        uint256 debt = vaultDebt(vaultID);
        if (vaultCollateral[vaultID] == 0 || debt == 0 || !checkLiquidation(vaultID)) return 0;
        uint256 value = (debt * TOKEN_PEG) / 10 ** priceSourceDecimals;
        uint256 part = value / debtRatio;
        return part <= minDebt ? value : part;
    }

    /// Collateral that a liquidation pays.
    function checkExtract(uint256 vaultID) public view returns (uint256) {
        if (vaultCollateral[vaultID] == 0 || !checkLiquidation(vaultID)) return 0;
        uint256 value = vaultDebt(vaultID) * TOKEN_PEG;
        uint256 part = value / debtRatio;
        if (part == 0) return 0;
        if (part / 10 ** priceSourceDecimals <= minDebt) part = value;
        return
            (part * gainRatio) / THOUSAND / getEthPriceSource() / decimalDifferenceRaisedToTen;
    }

    function _charge(uint256 vaultID, uint256 front, uint256 fee) private {
        vaultCollateral[vaultID] -= fee;
        vaultCollateral[front] += fee;
    }

    /// Whole percent, rounded down.
    function _percentage(uint256 _collateral, uint256 debt) private view returns (uint256) {
        uint256 price = getEthPriceSource();
        require(price != 0);
        uint256 value = _collateral * price * decimalDifferenceRaisedToTen;
        require(value * 100 > value);
        return (value * 100) / (debt * TOKEN_PEG);
    }
}
