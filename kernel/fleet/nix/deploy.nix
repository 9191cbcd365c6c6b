# colmena hives and deploy-rs nodes: their hosts are ordinary NixOS hosts with deployment options beside.
{ lib, kernel, hosts, ... }:
let
  deployment =
    { lib, ... }:
    {
      _file = "fleetd: colmena";
      options.deployment = lib.mkOption {
        type = lib.types.submodule { freeformType = lib.types.lazyAttrsOf lib.types.raw; };
        default = { };
        description = "How colmena deploys the host.";
      };
    };

  nodeNames = hive: lib.filter (name: name != "meta" && name != "defaults" && name != "network") (lib.attrNames hive);
in
{
  # colmena.lib.makeHive { meta = …; defaults = …; <node> = module; }
  hive =
    hive:
    let
      meta = hive.meta or { };
      nodes = lib.genAttrs (nodeNames hive) (
        name:
        let
          made = hosts.nixos {
            modules = [
              deployment
              (hive.defaults or { })
              hive.${name}
              { networking.hostName = lib.mkDefault name; }
            ];
            specialArgs = {
              inherit name nodes;
            }
            // meta.specialArgs or { }
            // meta.nodeSpecialArgs.${name} or { };
          };
        in
        made // {
          _fleetd = made._fleetd // {
            origin = "colmena";
            tags = made.config.deployment.tags or [ ];
          };
        }
      );
    in
    {
      inherit nodes;
      __schema = "v0.5";
      deploymentConfig = lib.mapAttrs (_: node: node.config.deployment) nodes;
      toplevel = lib.mapAttrs (_: node: node.config.system.build.toplevel) nodes;
      metaConfig = meta;
    };

  # deploy-rs: nodes refer to configurations that exist anyway; its functions make values only Nix needs.
  deployLib = kernel.unknown "deploy-rs.lib";
}
