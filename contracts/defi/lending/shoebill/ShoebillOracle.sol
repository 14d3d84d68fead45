// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IMetisFeed {
    function latestAnswer() external view returns (int256);
}

interface ILstRate {
    function getArtMetisAmountToMint(uint256 amount) external view returns (uint256);
}

/// Dollars with 18 decimals: METIS from its feed, and its staked form by the rate of the provider.
contract ShoebillOracle {
    IMetisFeed public immutable feed;
    ILstRate public immutable rate;
    address public immutable metisMarket;
    address public immutable lstMarket;

    constructor(address _feed, address _rate, address _metisMarket, address _lstMarket) {
        feed = IMetisFeed(_feed);
        rate = ILstRate(_rate);
        metisMarket = _metisMarket;
        lstMarket = _lstMarket;
    }

    function getUnderlyingPrice(address cToken) external view returns (uint256) {
        uint256 price = uint256(feed.latestAnswer()) * 1e10;
        if (cToken == metisMarket) return price;
        if (cToken == lstMarket) return (price * 1e18) / rate.getArtMetisAmountToMint(1e18);
        return 0;
    }
}
