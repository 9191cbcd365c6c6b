# The outputs of a fleet's own flake, with every host extended by the modules that were generated for it.
#   inputs  what Nix passes to the outputs of a flake
#   source  the fleet's own flake.nix as a value
#   hosts   hosts.nix: class -> name -> { modules, from } or { failed }
{
  inputs,
  source,
  hosts,
}:
let
  # Revision and date of the fleet's own source, where it asks for them: those of the build tree are others. Older versions of Nix know no
  # revision of a source with changes.
  known = if builtins.pathExists ../source.nix then import ../source.nix else { };
  info = removeAttrs known (
    if builtins.compareVersions builtins.nixVersion "2.17" < 0 then
      [
        "dirtyRev"
        "dirtyShortRev"
      ]
    else
      [ ]
  );
  self =
    removeAttrs inputs.self [ "lastModified" "lastModifiedDate" ]
    // info
    // {
      sourceInfo = inputs.self.sourceInfo or { } // info;
    };
  outputs = source.outputs (if known == { } then inputs else inputs // { inherit self; });
  extend = import ./extend.nix { inherit inputs; };

  # Hosts of colmena are configurations, too.
  hive =
    if outputs ? colmenaHive then
      outputs.colmenaHive.nodes
    else
      (inputs.colmena.lib.makeHive outputs.colmena).nodes;

  adopted =
    attribute: class:
    (outputs.${attribute} or { })
    // builtins.mapAttrs (
      name: host:
      if host ? failed then
        throw host.failed
      else if (host.from or "") == "colmena" then
        extend host hive.${name}
      else if (host.from or "") == "legacyPackages" then
        extend host outputs.legacyPackages.${host.system}.homeConfigurations.${host.attribute}
      else
        extend host outputs.${attribute}.${name}
    ) hosts.${class};

  attributes = {
    nixos = "nixosConfigurations";
    darwin = "darwinConfigurations";
    home = "homeConfigurations";
  };
  configurations = builtins.mapAttrs (name: _: adopted attributes.${name} name) hosts;
in
outputs
// builtins.listToAttrs (
  map (name: {
    name = attributes.${name};
    value = configurations.${name};
  }) (builtins.attrNames hosts)
)
// {
  fleetdGenerators = import ./generators.nix {
    configurations = builtins.mapAttrs (
      name: made: builtins.intersectAttrs hosts.${name} made
    ) configurations;
  };
}
