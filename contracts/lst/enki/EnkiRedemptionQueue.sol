// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ERC721Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC721/ERC721Upgradeable.sol";
import {EnkiBase} from "./EnkiBase.sol";
import {FEE_PRECISION, OPERATOR_ROLE, IEMetis, IEnkiConfig} from "./EnkiTypes.sol";

interface IPairReserves {
    function totalSupply() external view returns (uint256);

    function getReserves() external view returns (uint112, uint112, uint32);
}

/// eMETIS goes in, a ticket comes out; after its maturity the ticket is worth METIS.
contract EnkiRedemptionQueue is ERC721Upgradeable, EnkiBase {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;
    using SafeERC20 for IEMetis;

    struct Ticket {
        bool hasBeenRedeemed;
        uint64 maturity;
        /// METIS owed, after the redemption fee.
        uint120 amount;
        /// Out of 1e6, as it was when the ticket was made.
        uint64 cancelRedemptionFee;
        uint64 lpLockMaturity;
        address lpLockToken;
        uint256 lpLockAmount;
        bool lpClaimed;
    }

    struct Accounting {
        uint128 etherLiabilities;
        uint128 unclaimedFees;
    }

    IEMetis public EMETIS;
    IERC20 public METIS;
    Accounting public redemptionQueueAccounting;
    mapping(uint256 nftId => Ticket) public nftInformation;
    /// Seconds by which one wei of an LP token shortens the wait for one wei of METIS.
    mapping(address lpToken => uint256 factor) public lpFactors;
    /// The real contract cancels tickets that were redeemed or whose LP tokens were unlocked.
    bool public refusesSpentTickets;

    uint64 private nextNftId;

    event EnterRedemptionQueue(
        uint256 indexed nftId,
        address indexed sender,
        address indexed recipient,
        uint256 amountEMetisRedeemed,
        uint120 redemptionFeeAmount,
        uint64 maturityTimestamp,
        uint256 cancelRedemptionFee
    );
    event RedeemRedemptionTicketNft(
        uint256 indexed nftId,
        address indexed sender,
        address indexed recipient,
        uint120 amountOut
    );
    event CancelRedemptionTicketNft(
        uint256 indexed nftId,
        address indexed sender,
        address indexed recipient,
        uint120 eMetisOut,
        uint120 cancelRedemptionFee
    );
    event ReduceRedemptionMaturity(
        uint256 indexed nftId,
        address lpLockToken,
        uint256 lpLockAmount,
        uint64 reduceTime,
        uint64 newMaturityTimestamp
    );
    event UnlockLpToken(uint256 indexed nftId, address lpToken, uint256 lpAmount);
    event CollectRedemptionFees(address recipient, uint128 collectAmount);

    error Erc721CallerNotOwnerOrApproved();
    error ExceedsCollectedFees(uint128 collectAmount, uint128 accruedAmount);
    error NotMatureYet(uint256 currentTime, uint64 maturity);
    error AlreadyReducedMaturity();
    error LpTokenNotLocked();
    error ReduceTimeExceedsLimit();
    error AlreadyRedeemed();

    constructor() {
        _disableInitializers();
    }

    function initialize(address _config) external initializer {
        address metis = IEnkiConfig(_config).metis();
        address eMetis = IEnkiConfig(_config).eMetis();
        __EnkiBase_init(_config, [metis, eMetis]);
        __ERC721_init("eMetisRedemptionTicket", "eMetis Redemption Queue Ticket");
        EMETIS = IEMetis(eMetis);
        METIS = IERC20(metis);
    }

    /// Off by default. On, `cancelRedemptionTicketNft` refuses tickets that were paid already.
    function setRefusesSpentTickets(bool _yes) external {
        _requireRole(OPERATOR_ROLE);
        refusesSpentTickets = _yes;
    }

    function collectRedemptionFees(uint128 collectAmount) external onlyOperatorOrTimeLock {
        require(collectAmount > 0, "RedemptionQueue: amount is zero");
        uint128 accrued = redemptionQueueAccounting.unclaimedFees;
        if (collectAmount > accrued) revert ExceedsCollectedFees(collectAmount, accrued);
        redemptionQueueAccounting.unclaimedFees = accrued - collectAmount;
        address recipient = config.protocolTreasury();
        EMETIS.safeTransfer(recipient, collectAmount);
        emit CollectRedemptionFees(recipient, collectAmount);
    }

    function setLpFactor(address lpToken, uint256 factor) external onlyBackend {
        require(lpToken != address(0), "RedemptionQueue: zero address");
        lpFactors[lpToken] = factor;
    }

    function enterRedemptionQueue(
        address recipient,
        uint120 amountToRedeem
    ) external nonReentrant returns (uint256 nftId) {
        require(recipient != address(0), "RedemptionQueue: zero address");
        require(amountToRedeem > 0, "RedemptionQueue: amount is zero");
        uint120 fee = _shareOf(amountToRedeem, config.redemptionFee());
        uint64 cancelFee = config.cancelRedemptionFee();
        Ticket memory ticket;
        ticket.amount = amountToRedeem - fee;
        ticket.maturity = uint64(block.timestamp) + config.queueLengthSecs();
        ticket.cancelRedemptionFee = cancelFee;

        nftId = nextNftId;
        nftInformation[nftId] = ticket;
        _safeMint(recipient, nftId);
        emit EnterRedemptionQueue(
            nftId,
            msg.sender,
            recipient,
            amountToRedeem,
            fee,
            ticket.maturity,
            cancelFee
        );
        nextNftId++;
        redemptionQueueAccounting.etherLiabilities += ticket.amount;
        redemptionQueueAccounting.unclaimedFees += fee;
        EMETIS.safeTransferFrom(msg.sender, address(this), amountToRedeem);
    }

    function redeemRedemptionTicketNft(uint256 nftId, address recipient) external nonReentrant {
        require(recipient != address(0), "RedemptionQueue: zero address");
        _requireHolder(nftId);
        Ticket storage ticket = nftInformation[nftId];
        if (ticket.hasBeenRedeemed) revert AlreadyRedeemed();
        if (block.timestamp < ticket.maturity) {
            revert NotMatureYet(block.timestamp, ticket.maturity);
        }
        uint120 amount = ticket.amount;
        redemptionQueueAccounting.etherLiabilities -= amount;
        ticket.hasBeenRedeemed = true;
        // With LP tokens still locked the ticket is what they are unlocked with.
        if (!_locksLp(ticket)) _burn(nftId);
        EMETIS.minter_burn_from(address(this), amount);
        METIS.safeTransfer(recipient, amount);
        emit RedeemRedemptionTicketNft(nftId, msg.sender, recipient, amount);
    }

    /// As in the real contract the ticket may have been redeemed, or its LP tokens unlocked; both
    /// are then paid a second time out of what belongs to others.
    function cancelRedemptionTicketNft(
        address recipient,
        uint256 nftId
    ) external nonReentrant returns (uint120 eMetisOut) {
        require(recipient != address(0), "RedemptionQueue: zero address");
        _requireHolder(nftId);
        Ticket memory ticket = nftInformation[nftId];
        if (refusesSpentTickets) {
            if (ticket.hasBeenRedeemed) revert AlreadyRedeemed();
            if (ticket.lpClaimed) revert LpTokenNotLocked();
        }
        uint120 fee = _shareOf(ticket.amount, ticket.cancelRedemptionFee);
        eMetisOut = ticket.amount - fee;
        redemptionQueueAccounting.etherLiabilities -= ticket.amount;
        redemptionQueueAccounting.unclaimedFees += fee;
        if (ticket.lpLockAmount > 0) {
            IERC20(ticket.lpLockToken).safeTransfer(recipient, ticket.lpLockAmount);
        }
        _burn(nftId);
        nftInformation[nftId].hasBeenRedeemed = true;
        emit CancelRedemptionTicketNft(nftId, msg.sender, recipient, eMetisOut, fee);
        EMETIS.safeTransfer(recipient, eMetisOut);
    }

    /// Once for a ticket.
    function reduceRedemptionMaturity(
        uint256 nftId,
        address lpToken,
        uint256 lpAmount
    ) external nonReentrant {
        require(lpToken != address(0), "RedemptionQueue: zero address");
        require(lpAmount > 0, "RedemptionQueue: amount is zero");
        _requireHolder(nftId);
        Ticket storage ticket = nftInformation[nftId];
        if (ticket.lpLockAmount > 0) revert AlreadyReducedMaturity();
        uint64 maturity = ticket.maturity;
        uint256 left = maturity < block.timestamp ? 0 : maturity - block.timestamp;
        uint64 reduceTime = getReduceTime(lpToken, lpAmount, ticket.amount);
        if (reduceTime + config.minQueueLengthSecs() > left) revert ReduceTimeExceedsLimit();

        ticket.maturity = maturity - reduceTime;
        ticket.lpLockAmount = lpAmount;
        ticket.lpLockToken = lpToken;
        ticket.lpLockMaturity = uint64(block.timestamp + config.reduceMaturityStakeSecs());
        IERC20(lpToken).safeTransferFrom(msg.sender, address(this), lpAmount);
        emit ReduceRedemptionMaturity(nftId, lpToken, lpAmount, reduceTime, ticket.maturity);
    }

    function unlockLpToken(uint256 nftId) external {
        _requireHolder(nftId);
        Ticket storage ticket = nftInformation[nftId];
        if (!_locksLp(ticket)) revert LpTokenNotLocked();
        if (ticket.lpLockMaturity > block.timestamp) {
            revert NotMatureYet(block.timestamp, ticket.lpLockMaturity);
        }
        ticket.lpClaimed = true;
        IERC20(ticket.lpLockToken).safeTransfer(msg.sender, ticket.lpLockAmount);
        emit UnlockLpToken(nftId, ticket.lpLockToken, ticket.lpLockAmount);
        if (ticket.hasBeenRedeemed) _burn(nftId);
    }

    /// LP tokens for a reduction, and the reserves of the pair that they stand for.
    function estimateLpAmount(
        address lpToken,
        uint64 reduceTime,
        uint256 redeemAmount
    ) external view returns (uint256 lpAmount, uint256 amount0, uint256 amount1) {
        lpAmount = (redeemAmount * reduceTime) / lpFactors[lpToken];
        (uint112 reserve0, uint112 reserve1, ) = IPairReserves(lpToken).getReserves();
        uint256 supply = IPairReserves(lpToken).totalSupply();
        amount0 = (lpAmount * reserve0) / supply;
        amount1 = (lpAmount * reserve1) / supply;
    }

    /// Keeps the lowest 64 bits, as the real contract does.
    function getReduceTime(
        address lpToken,
        uint256 lpAmount,
        uint256 redeemAmount
    ) public view returns (uint64) {
        return uint64((lpFactors[lpToken] * lpAmount) / redeemAmount);
    }

    function _requireHolder(uint256 _nftId) private view {
        if (!_isApprovedOrOwner(msg.sender, _nftId)) revert Erc721CallerNotOwnerOrApproved();
    }

    function _locksLp(Ticket storage _ticket) private view returns (bool) {
        return _ticket.lpLockAmount > 0 && !_ticket.lpClaimed;
    }

    function _shareOf(uint120 _amount, uint64 _parts) private pure returns (uint120) {
        return ((uint256(_amount) * _parts) / FEE_PRECISION).toUint120();
    }
}
