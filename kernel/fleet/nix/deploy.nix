# colmena hives and deploy-rs nodes: their hosts are ordinary NixOS hosts with deployment options beside.
{ lib, kernel, hosts, ... }:
let
  inherit (lib) mkOption types;

  option = type: default: description: mkOption { inherit type default description; };

  # What colmena declares; newer releases may have more.
  deployment =
    { name, ... }:
    {
      _file = "fleetd: colmena";
      options.deployment = mkOption {
        type = types.submodule {
          freeformType = types.lazyAttrsOf types.raw;
          options = {
            targetHost = option (types.nullOr types.str) name "Where the host is reached.";
            targetPort = option (types.nullOr types.ints.unsigned) null "Port of its ssh server.";
            targetUser = option (types.nullOr types.str) "root" "Who logs in.";
            allowLocalDeployment = option types.bool false "Whether the host may deploy itself.";
            buildOnTarget = option types.bool false "Whether the host builds its own system.";
            tags = option (types.listOf types.str) [ ] "Tags of the host.";
            keys = option (types.attrsOf (types.submodule key)) { } "Files that are sent apart from the system.";
            replaceUnknownProfiles = option types.bool true "Whether a system that comes from elsewhere is replaced.";
            privilegeEscalationCommand = option (types.listOf types.str) [ "sudo" "-H" "--" ] "How to become root.";
            sshOptions = option (types.listOf types.str) [ ] "Further options of ssh.";
          };
        };
        default = { };
        description = "How colmena deploys the host.";
      };
    };

  key =
    { name, config, ... }:
    {
      options = {
        name = option types.str name "Name of the file.";
        text = option (types.nullOr types.str) null "Its content.";
        keyFile = option (types.nullOr types.path) null "A file that holds the content.";
        keyCommand = option (types.nullOr (types.listOf types.str)) null "A program that prints the content.";
        destDir = option types.path "/run/keys" "Where it goes.";
        path = option types.path "${config.destDir}/${config.name}" "Where it is on the host.";
        user = option types.str "root" "Who owns it.";
        group = option types.str "root" "Its group.";
        permissions = option types.str "0600" "Its permissions.";
        uploadAt = option (types.enum [
          "pre-activation"
          "post-activation"
        ]) "pre-activation" "When it is sent.";
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
          packages = meta.nodeNixpkgs.${name} or meta.nixpkgs or null;
          made = hosts.nixos {
            system = if builtins.isAttrs packages then kernel.systemOfPackages packages else null;
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
