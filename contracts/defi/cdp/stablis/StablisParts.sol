// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

interface IAnswer {
    function latestAnswer() external view returns (int256);
}

/// The stablecoin. Two contracts issue and burn it.
contract UsdsToken is ERC20 {
    address private immutable operations;
    address private immutable manager;

    constructor(address _operations, address _manager) ERC20("USDS Stablecoin", "USDS") {
        operations = _operations;
        manager = _manager;
    }

    modifier onlyIssuer() {
        require(msg.sender == operations || msg.sender == manager, "USDS: caller may not issue");
        _;
    }

    function mint(address to, uint256 amount) external onlyIssuer {
        _mint(to, amount);
    }

    function burn(address from, uint256 amount) external onlyIssuer {
        _burn(from, amount);
    }
}

/// Settings of the chests.
contract Attributes is Ownable {
    uint256 public getMCR = 1.25e18;
    uint256 public getMinNetDebt = 490e18;
    uint256 public getBorrowingFeeFloor = 0.005e18;
    uint256 public constant getUSDSGasCompensation = 10e18;
    uint256 public constant getColGasCompensationPercentDivisor = 200;
    bool public paused;
    address[] private assets;
    mapping(address asset => address) public getPriceAggregator;
    mapping(address asset => bool) public isDepositAllowed;
    mapping(address asset => uint256) public getInterestRateInBPS;

    constructor(address _asset, address _aggregator, address _owner) {
        assets.push(_asset);
        getPriceAggregator[_asset] = _aggregator;
        isDepositAllowed[_asset] = true;
        _transferOwnership(_owner);
    }

    function setDepositAllowed(address _asset, bool _allowed) external onlyOwner {
        isDepositAllowed[_asset] = _allowed;
    }

    function setInterestRateInBPS(address _asset, uint256 _rate) external onlyOwner {
        getInterestRateInBPS[_asset] = _rate;
    }

    function setMinNetDebt(uint256 _minNetDebt) external onlyOwner {
        getMinNetDebt = _minNetDebt;
    }

    function pause() external onlyOwner {
        paused = true;
    }

    function unpause() external onlyOwner {
        paused = false;
    }

    function getAssets() external view returns (address[] memory) {
        return assets;
    }
}

/// The value of an LST: METIS by its feed, times the rate of the provider.
contract LstFeed {
    IAnswer public immutable metis;
    address public immutable provider;

    constructor(address _metis, address _provider) {
        metis = IAnswer(_metis);
        provider = _provider;
    }

    function latestAnswer() external view returns (int256) {
        (bool done, bytes memory answer) = provider.staticcall(
            abi.encodeWithSignature("getArtMetisAmountToMint(uint256)", 1e18)
        );
        require(done, "LstFeed: no rate");
        return (metis.latestAnswer() * 1e18) / int256(abi.decode(answer, (uint256)));
    }
}

/// The last good price of each asset, with 18 decimals.
contract StablisPriceFeed {
    Attributes public immutable attributes;
    mapping(address asset => uint256) public lastGoodPrice;

    event LastGoodPriceUpdated(address _asset, uint256 _lastGoodPrice);

    constructor(address _attributes) {
        attributes = Attributes(_attributes);
    }

    function fetchPrice(address _asset) external returns (uint256) {
        int256 answer = IAnswer(attributes.getPriceAggregator(_asset)).latestAnswer();
        if (answer <= 0) return lastGoodPrice[_asset];
        uint256 price = uint256(answer) * 1e10;
        lastGoodPrice[_asset] = price;
        emit LastGoodPriceUpdated(_asset, price);
        return price;
    }
}

/// Ratios of a chest.
library ChestMath {
    function ratio(uint256 coll, uint256 debt, uint256 price) internal pure returns (uint256) {
        return debt == 0 ? type(uint256).max : (coll * price) / debt;
    }

    function nominal(uint256 coll, uint256 debt) internal pure returns (uint256) {
        return debt == 0 ? type(uint256).max : (coll * 1e20) / debt;
    }

    /// A factor with 18 decimals to the power of a number of minutes.
    function power(uint256 base, uint256 minutesPassed) internal pure returns (uint256) {
        uint256 left = minutesPassed > 525_600_000 ? 525_600_000 : minutesPassed;
        uint256 result = 1e18;
        while (left > 0) {
            if (left % 2 == 1) result = (result * base + 0.5e18) / 1e18;
            base = (base * base + 0.5e18) / 1e18;
            left /= 2;
        }
        return result;
    }
}
