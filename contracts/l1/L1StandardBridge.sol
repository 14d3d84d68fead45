// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {Initializable} from "@openzeppelin/contracts-upgradeable/proxy/utils/Initializable.sol";

interface IAddressBook {
    function getAddress(string calldata name) external view returns (address);
}

interface IL2GasPricing {
    function getDiscount() external view returns (uint256);

    function getMinL2Gas() external view returns (uint256);
}

/// The L1 end of the METIS bridge. Deposits get consecutive numbers, so that a relayer can replay
/// them on L2 in the same order and neither skip one nor pay one twice.
contract L1StandardBridge is Initializable {
    using SafeERC20 for IERC20;

    string private constant ORACLE_NAME = "MVM_DiscountOracle";

    address public messenger;
    IAddressBook private addressManager;
    address private l1Metis;
    address private l2Metis;
    uint256 private l2ChainId;
    uint256 public queueLength;

    event ERC20DepositInitiated(
        address indexed _l1Token,
        address indexed _l2Token,
        address indexed _from,
        address _to,
        uint256 _amount,
        bytes _data
    );

    event DepositQueued(
        uint256 indexed queueIndex,
        uint256 l2ChainId,
        address l2Token,
        address from,
        address to,
        uint256 amount,
        uint32 l2Gas
    );

    constructor() {
        _disableInitializers();
    }

    function initialize(
        address _messenger,
        address _addressManager,
        address _l1Metis,
        address _l2Metis,
        uint256 _l2ChainId
    ) external initializer {
        messenger = _messenger;
        addressManager = IAddressBook(_addressManager);
        l1Metis = _l1Metis;
        l2Metis = _l2Metis;
        l2ChainId = _l2ChainId;
    }

    /// The whole msg.value is the price of L2 gas; what exceeds the price is not returned.
    function depositERC20ToByChainId(
        uint256 _chainId,
        address _l1Token,
        address _l2Token,
        address _to,
        uint256 _amount,
        uint32 _l2Gas,
        bytes calldata _data
    ) external payable {
        uint32 l2Gas = _chargeFee(_l2Gas);
        // The other end pays every deposit in native METIS, so a foreign token must not get in.
        require(_chainId == l2ChainId, "unsupported L2 chain");
        require(_l1Token == l1Metis && _l2Token == l2Metis, "unsupported token pair");

        IERC20(_l1Token).safeTransferFrom(msg.sender, address(this), _amount);
        emit ERC20DepositInitiated(_l1Token, _l2Token, msg.sender, _to, _amount, _data);
        emit DepositQueued(queueLength++, _chainId, _l2Token, msg.sender, _to, _amount, l2Gas);
    }

    function _chargeFee(uint32 _l2Gas) private view returns (uint32) {
        IL2GasPricing oracle = IL2GasPricing(addressManager.getAddress(ORACLE_NAME));
        uint256 minimum = oracle.getMinL2Gas();
        uint256 l2Gas = _l2Gas < minimum ? minimum : _l2Gas;
        uint256 required = l2Gas * oracle.getDiscount();
        require(
            msg.value >= required,
            string.concat("insufficient fee supplied. send at least ", Strings.toString(required))
        );
        return uint32(l2Gas);
    }
}
