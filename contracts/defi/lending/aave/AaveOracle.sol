// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

interface IAnswer {
    function latestAnswer() external view returns (int256);
}

/// Prices in US dollars with eight decimals, from one feed for each asset.
contract AaveOracle is Ownable {
    address public constant BASE_CURRENCY = address(0);
    uint256 public constant BASE_CURRENCY_UNIT = 1e8;
    mapping(address asset => address) public getSourceOfAsset;

    event AssetSourceUpdated(address indexed asset, address indexed source);

    constructor(address _owner, address[] memory assets, address[] memory sources) {
        _setSources(assets, sources);
        _transferOwnership(_owner);
    }

    function setAssetSources(
        address[] calldata assets,
        address[] calldata sources
    ) external onlyOwner {
        _setSources(assets, sources);
    }

    function getAssetPrice(address asset) public view returns (uint256) {
        int256 answer = IAnswer(getSourceOfAsset[asset]).latestAnswer();
        return answer > 0 ? uint256(answer) : 0;
    }

    function getAssetsPrices(address[] calldata assets) external view returns (uint256[] memory) {
        uint256[] memory prices = new uint256[](assets.length);
        for (uint256 i; i < assets.length; i++) prices[i] = getAssetPrice(assets[i]);
        return prices;
    }

    function _setSources(address[] memory assets, address[] memory sources) private {
        require(assets.length == sources.length, "76");
        for (uint256 i; i < assets.length; i++) {
            getSourceOfAsset[assets[i]] = sources[i];
            emit AssetSourceUpdated(assets[i], sources[i]);
        }
    }
}
