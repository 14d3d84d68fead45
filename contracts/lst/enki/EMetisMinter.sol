// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EnkiBase} from "./EnkiBase.sol";
import {IEMetis, IEMetisMinter, IEnkiConfig, ISeMetis} from "./EnkiTypes.sol";

interface IMetisExit {
    function messenger() external view returns (address);

    function withdrawTo(
        address _l2Token,
        address _to,
        uint256 _amount,
        uint32 _l1Gas,
        bytes calldata _data
    ) external payable;
}

interface IL1Sender {
    function xDomainMessageSender() external view returns (address);
}

/// Takes METIS and mints as much eMETIS. It keeps the METIS until the backend sends it to L1 or to
/// the redemption queue.
contract EMetisMinter is EnkiBase, IEMetisMinter {
    using SafeERC20 for IERC20;

    address public rewardDispatcher;
    address public eMetis;
    address public seMetis;
    address public metis;
    address public bridge;
    address public crossDomainMessenger;

    event Minted(address indexed account, uint256 amount, bool deposit, address indexed inviter);
    event DepositToL1Dealer(uint256 amount);

    constructor() {
        _disableInitializers();
    }

    /// Our bridge pays L1 deposits by value; the real one credits the account without a call.
    receive() external payable override {
        require(_msgSender() == bridge, "Base: not support Metis transfer");
    }

    function initialize(address _config) external initializer {
        address metis_ = IEnkiConfig(_config).metis();
        __EnkiBase_init(_config, [metis_, metis_]);
        rewardDispatcher = config.rewardDispatcher();
        eMetis = config.eMetis();
        seMetis = config.seMetis();
        metis = metis_;
        bridge = config.bridge();
        crossDomainMessenger = IMetisExit(bridge).messenger();
    }

    /// With `deposit` the account gets shares of the vault. An inviter counts only with an NFT.
    function mint(
        address account,
        uint256 amount,
        bool deposit,
        address inviter
    ) external nonReentrant {
        if (deposit) _mintAndStake(account, amount);
        else _mint(account, amount);
        if (inviter != address(0) && IERC721(config.inviterNFT()).balanceOf(inviter) == 0) {
            inviter = address(0);
        }
        emit Minted(account, amount, deposit, inviter);
    }

    /// The rewards of the sequencers on L1. Their METIS stays there, locked or on its way.
    function mintFromL1(uint256 amount) external whenNotPaused nonReentrant {
        require(amount > 0, "EMetisMinter: amount is zero");
        require(
            _msgSender() == crossDomainMessenger,
            "EMetisMinter: caller is not the crossDomainMessenger"
        );
        require(
            IL1Sender(crossDomainMessenger).xDomainMessageSender() == config.l1Dealer(),
            "EMetisMinter: caller is not the l1Dealer"
        );
        IEMetis(eMetis).minter_mint(rewardDispatcher, amount);
    }

    /// The value is the price of the bridge. Our bridge takes the amount by value, too.
    function depositToL1Dealer(uint256 amount) external payable onlyBackend {
        require(amount > 0, "EMetisMinter: amount is zero");
        IMetisExit(bridge).withdrawTo{value: amount + msg.value}(
            metis,
            config.l1Dealer(),
            amount,
            0,
            ""
        );
        emit DepositToL1Dealer(amount);
    }

    function depositToRedemptionQueue(uint256 amount) external payable onlyBackend {
        require(amount > 0, "EMetisMinter: amount is zero");
        IERC20(metis).safeTransfer(config.redemptionQueue(), amount);
    }

    function redeemToTreasury(uint256 amount) external internalOnly(rewardDispatcher) {
        require(amount > 0, "EMetisMinter: amount is zero");
        require(
            IERC20(metis).balanceOf(address(this)) >= amount,
            "EMetisMinter: insufficient balance"
        );
        IEMetis(eMetis).minter_burn_from(rewardDispatcher, amount);
        IERC20(metis).safeTransfer(config.protocolTreasury(), amount);
    }

    function _mint(address _account, uint256 _amount) private {
        require(_amount > 0, "EMetisMinter: amount is zero");
        IERC20(metis).safeTransferFrom(_msgSender(), address(this), _amount);
        IEMetis(eMetis).minter_mint(_account, _amount);
    }

    function _mintAndStake(address _account, uint256 _amount) private forUser {
        _mint(address(this), _amount);
        IERC20(eMetis).approve(seMetis, _amount);
        ISeMetis(seMetis).depositFromEMetisMinter(_amount, _account);
    }
}
