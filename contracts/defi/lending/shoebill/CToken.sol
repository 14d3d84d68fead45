// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {CError, CFailure, ComptrollerError, IComptroller} from "./CompoundTypes.sol";

/// A market: what suppliers hold is a token whose rate to the underlying grows with every block.
/// Most refusals are a number that is returned, in a transaction that succeeds.
abstract contract CToken {
    uint256 private constant WAD = 1e18;

    /// A debt, and the index of interest at which it was written down.
    struct Debt {
        uint256 principal;
        uint256 index;
    }

    string public name;
    string public symbol;
    uint8 public constant decimals = 8;
    address public immutable comptroller;
    uint256 private immutable firstRate;
    uint256 private immutable baseRate;
    uint256 private immutable slope;

    uint256 public totalSupply;
    uint256 public totalBorrows;
    uint256 public totalReserves;
    uint256 public reserveFactorMantissa = 0.2e18;
    uint256 public borrowIndex = WAD;
    uint256 public accrualBlockNumber;
    mapping(address account => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;
    mapping(address account => Debt) private debts;

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);
    event Mint(address minter, uint256 mintAmount, uint256 mintTokens);
    event Redeem(address redeemer, uint256 redeemAmount, uint256 redeemTokens);
    event Borrow(
        address borrower,
        uint256 borrowAmount,
        uint256 accountBorrows,
        uint256 totalBorrows
    );
    event RepayBorrow(
        address payer,
        address borrower,
        uint256 repayAmount,
        uint256 accountBorrows,
        uint256 totalBorrows
    );
    event LiquidateBorrow(
        address liquidator,
        address borrower,
        uint256 repayAmount,
        address cTokenCollateral,
        uint256 seizeTokens
    );
    event AccrueInterest(
        uint256 cashPrior,
        uint256 interestAccumulated,
        uint256 borrowIndex,
        uint256 totalBorrows
    );
    event Failure(uint256 errorCode, uint256 info, uint256 detail);

    struct Terms {
        uint256 firstRate;
        uint256 baseRate;
        uint256 slope;
    }

    constructor(
        string memory _name,
        string memory _symbol,
        address _comptroller,
        Terms memory terms
    ) {
        name = _name;
        symbol = _symbol;
        comptroller = _comptroller;
        firstRate = terms.firstRate;
        baseRate = terms.baseRate;
        slope = terms.slope;
        accrualBlockNumber = block.number;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        emit Approval(msg.sender, spender, amount);
        return true;
    }

    /// Collateral that is needed stays where it is.
    function transfer(address to, uint256 amount) external returns (bool) {
        return _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        allowance[from][msg.sender] -= amount;
        return _move(from, to, amount);
    }

    function redeem(uint256 redeemTokens) external returns (uint256) {
        accrueInterest();
        return _redeem(redeemTokens, (redeemTokens * exchangeRateStored()) / WAD);
    }

    function redeemUnderlying(uint256 redeemAmount) external returns (uint256) {
        accrueInterest();
        return _redeem((redeemAmount * WAD) / exchangeRateStored(), redeemAmount);
    }

    function borrow(uint256 borrowAmount) external returns (uint256) {
        accrueInterest();
        uint256 refused = IComptroller(comptroller).borrowAllowed(
            address(this),
            msg.sender,
            borrowAmount
        );
        if (refused != 0) {
            return _fail(CError.COMPTROLLER_REJECTION, CFailure.BORROW_COMPTROLLER_REJECTION, refused);
        }
        if (_cash() < borrowAmount) {
            return _fail(CError.TOKEN_INSUFFICIENT_CASH, CFailure.BORROW_CASH_NOT_AVAILABLE, 0);
        }
        uint256 owed = borrowBalanceStored(msg.sender) + borrowAmount;
        debts[msg.sender] = Debt(owed, borrowIndex);
        totalBorrows += borrowAmount;
        _pay(payable(msg.sender), borrowAmount);
        emit Borrow(msg.sender, borrowAmount, owed, totalBorrows);
        return CError.NO_ERROR;
    }

    /// Called by the market that was repaid in a liquidation.
    function seize(address liquidator, address borrower, uint256 amount) external returns (uint256) {
        require(IComptroller(comptroller).isListed(msg.sender), "seize failed");
        balanceOf[borrower] -= amount;
        balanceOf[liquidator] += amount;
        emit Transfer(borrower, liquidator, amount);
        return CError.NO_ERROR;
    }

    function accrueInterest() public returns (uint256) {
        uint256 blocks = block.number - accrualBlockNumber;
        if (blocks == 0) return CError.NO_ERROR;
        uint256 cash = _cash();
        uint256 factor = borrowRatePerBlock() * blocks;
        uint256 interest = (factor * totalBorrows) / WAD;
        accrualBlockNumber = block.number;
        totalBorrows += interest;
        totalReserves += (reserveFactorMantissa * interest) / WAD;
        borrowIndex += (factor * borrowIndex) / WAD;
        emit AccrueInterest(cash, interest, borrowIndex, totalBorrows);
        return CError.NO_ERROR;
    }

    function exchangeRateCurrent() external returns (uint256) {
        accrueInterest();
        return exchangeRateStored();
    }

    function balanceOfUnderlying(address owner) external returns (uint256) {
        accrueInterest();
        return (balanceOf[owner] * exchangeRateStored()) / WAD;
    }

    function borrowBalanceCurrent(address account) external returns (uint256) {
        accrueInterest();
        return borrowBalanceStored(account);
    }

    function exchangeRateStored() public view returns (uint256) {
        if (totalSupply == 0) return firstRate;
        return ((_cash() + totalBorrows - totalReserves) * WAD) / totalSupply;
    }

    function borrowBalanceStored(address account) public view returns (uint256) {
        Debt memory debt = debts[account];
        return debt.principal == 0 ? 0 : (debt.principal * borrowIndex) / debt.index;
    }

    function getAccountSnapshot(
        address account
    )
        external
        view
        returns (
            uint256 err,
            uint256 cTokenBalance,
            uint256 borrowBalance,
            uint256 exchangeRateMantissa
        )
    {
        return (
            CError.NO_ERROR,
            balanceOf[account],
            borrowBalanceStored(account),
            exchangeRateStored()
        );
    }

    function borrowRatePerBlock() public view returns (uint256) {
        return baseRate + (_used() * slope) / WAD;
    }

    function supplyRatePerBlock() external view returns (uint256) {
        uint256 toPool = (borrowRatePerBlock() * (WAD - reserveFactorMantissa)) / WAD;
        return (_used() * toPool) / WAD;
    }

    function getCash() external view returns (uint256) {
        return _cash();
    }

    /// The balance of the market, without the payment of this call.
    function _cash() internal view virtual returns (uint256);

    function _pay(address payable to, uint256 amount) internal virtual;

    /// The underlying has arrived, or is about to.
    function _mintFor(address minter, uint256 amount, uint256 rate) internal {
        uint256 tokens = (amount * WAD) / rate;
        totalSupply += tokens;
        balanceOf[minter] += tokens;
        emit Mint(minter, amount, tokens);
        emit Transfer(address(this), minter, tokens);
    }

    function _mintAllowed() internal returns (uint256) {
        uint256 refused = IComptroller(comptroller).mintAllowed(address(this));
        if (refused == 0) return CError.NO_ERROR;
        return _fail(CError.COMPTROLLER_REJECTION, CFailure.MINT_COMPTROLLER_REJECTION, refused);
    }

    function _repaid(address payer, address borrower, uint256 amount) internal {
        uint256 left = borrowBalanceStored(borrower) - amount;
        debts[borrower] = Debt(left, borrowIndex);
        totalBorrows -= amount;
        emit RepayBorrow(payer, borrower, amount, left, totalBorrows);
    }

    function _liquidate(
        address borrower,
        uint256 amount,
        address collateral
    ) internal returns (uint256) {
        if (borrower == msg.sender) {
            return
                _fail(
                    CError.INVALID_ACCOUNT_PAIR,
                    CFailure.LIQUIDATE_LIQUIDATOR_IS_BORROWER,
                    0
                );
        }
        IComptroller rules = IComptroller(comptroller);
        uint256 refused = rules.liquidateAllowed(address(this), collateral, borrower, amount);
        if (refused == 0) return CError.NO_ERROR;
        return _fail(CError.COMPTROLLER_REJECTION, CFailure.LIQUIDATE_COMPTROLLER_REJECTION, refused);
    }

    function _seize(address borrower, uint256 amount, address collateral) internal {
        uint256 tokens = IComptroller(comptroller).seizeTokens(
            address(this),
            collateral,
            amount
        );
        CToken(collateral).seize(msg.sender, borrower, tokens);
        emit LiquidateBorrow(msg.sender, borrower, amount, collateral, tokens);
    }

    function _fail(uint256 code, uint256 info, uint256 detail) internal returns (uint256) {
        emit Failure(code, info, detail);
        return code;
    }

    function _redeem(uint256 tokens, uint256 amount) private returns (uint256) {
        uint256 refused = IComptroller(comptroller).redeemAllowed(
            address(this),
            msg.sender,
            tokens
        );
        if (refused != 0) {
            return _fail(CError.COMPTROLLER_REJECTION, CFailure.REDEEM_COMPTROLLER_REJECTION, refused);
        }
        if (_cash() < amount) {
            return
                _fail(
                    CError.TOKEN_INSUFFICIENT_CASH,
                    CFailure.REDEEM_TRANSFER_OUT_NOT_POSSIBLE,
                    0
                );
        }
        require(tokens > 0 || amount == 0, "redeemTokens zero");
        totalSupply -= tokens;
        balanceOf[msg.sender] -= tokens;
        _pay(payable(msg.sender), amount);
        emit Transfer(msg.sender, address(this), tokens);
        emit Redeem(msg.sender, amount, tokens);
        return CError.NO_ERROR;
    }

    function _move(address from, address to, uint256 amount) private returns (bool) {
        uint256 refused = IComptroller(comptroller).redeemAllowed(address(this), from, amount);
        if (refused != ComptrollerError.NO_ERROR) return false;
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
        emit Transfer(from, to, amount);
        return true;
    }

    function _used() private view returns (uint256) {
        if (totalBorrows == 0) return 0;
        return (totalBorrows * WAD) / (_cash() + totalBorrows - totalReserves);
    }
}
