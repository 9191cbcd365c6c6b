# What the fleet is called, and what every machine module may ask for by name.
{ inputs, config, ... }:
{
  clan = {
    meta = {
      name = "quarry";
      description = "Household laptops, two small servers, two machines for computing";
      inherit (config.fleet.network) domain;
    };

    specialArgs = { inherit inputs; };
  };
}
