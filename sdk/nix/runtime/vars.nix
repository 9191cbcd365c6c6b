# The member of a vars generator that names one of fleetd's own generators. It merges with clan's declaration of the option; clan's tools
# pass over it.
{ lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  _file = "fleetd: generators of its own";
  options.clan.core.vars.generators = mkOption {
    type = types.attrsOf (
      types.submodule {
        options.builtin = mkOption {
          type = types.nullOr (types.attrsOf types.anything);
          default = null;
          description = "The generator of fleetd that makes the files, and its parameters.";
        };
      }
    );
  };
}
