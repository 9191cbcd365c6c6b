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
      types.submoduleWith {
        # As clan-core has it, which is not the same in all of its releases.
        shorthandOnlyDefinesConfig = null;
        modules = [
          {
            options.builtin = mkOption {
              type = types.nullOr (types.attrsOf types.anything);
              default = null;
              description = "The generator of fleetd that makes the files, and its parameters.";
            };
          }
        ];
      }
    );
  };
}
