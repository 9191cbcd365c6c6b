# Secrets of sops/secrets on a host, brought by sops-nix: fleet.secrets.<name>, the same for systems and homes. A person's key gets to a
# home inside a system as a secret of the machine, and opens what the home has.
{
  config,
  lib,
  options,
  ...
}:
let
  inherit (lib) mkOption types;
  secrets = config.fleet.secrets;
  directory = ../..;
  isHome = options ? home && options.home ? username;
  machine = config.fleet.host.name or null;

  fileOf = name: directory + "/sops/secrets/${name}/secret";
  kept =
    name:
    builtins.path {
      name = lib.strings.sanitizeDerivationName name;
      path = fileOf name;
    };
  # Whether a link lets the machine, or a group, read it. Who is in a group is for `fleetd secrets who`.
  isLinked =
    name:
    builtins.pathExists (directory + "/sops/secrets/${name}/machines/${toString machine}")
    || builtins.pathExists (directory + "/sops/secrets/${name}/groups");

  nullable =
    type: description:
    mkOption {
      type = types.nullOr type;
      default = null;
      inherit description;
    };

  secretModule =
    { name, ... }:
    {
      options = {
        secret = mkOption {
          type = types.strMatching "[a-zA-Z0-9._-]+";
          default = name;
          description = "Name of the secret: a directory of sops/secrets.";
        };
        path = nullable types.str "Where the file is; else where sops-nix puts it.";
        mode = mkOption {
          type = types.strMatching "^[0-7]{4}$";
          default = "0400";
          description = "Permissions of the file.";
        };
        owner = nullable types.str "Who owns the file on a system; root, or the person of keyOf.";
        group = nullable types.str "Group of the file on a system.";
        restartUnits = mkOption {
          type = types.listOf types.str;
          default = [ ];
          description = "Units of NixOS to restart when it changes.";
        };
        keyOf = nullable types.str "The person whose age key it is: the person's home on this system opens its secrets with it.";
      };
    };

  there = lib.filterAttrs (_: one: builtins.pathExists (fileOf one.secret)) secrets;
  sopsSecret =
    _: one:
    {
      sopsFile = "${kept one.secret}";
      format = "binary";
      inherit (one) mode;
    }
    // lib.optionalAttrs (one.path != null) { inherit (one) path; }
    // lib.optionalAttrs (!isHome && (one.owner != null || one.keyOf != null)) {
      owner = if one.owner != null then one.owner else one.keyOf;
    }
    // lib.optionalAttrs (!isHome && one.group != null) { inherit (one) group; }
    // lib.optionalAttrs (!isHome && one.restartUnits != [ ]) { inherit (one) restartUnits; };

  keys = lib.filterAttrs (_: one: one.keyOf != null) there;
  assertion = assertion: message: { inherit assertion message; };
  checksOf =
    name: one:
    [
      (assertion (builtins.pathExists (fileOf one.secret)) "there is no secret `${one.secret}`: `fleetd secrets set ${one.secret}` makes it")
      (assertion (
        !isHome || (one.owner == null && one.group == null && one.restartUnits == [ ] && one.keyOf == null)
      ) "fleet.secrets.${name}: files of a home belong to its user; owner, group, restartUnits and keyOf are for systems")
    ]
    ++ lib.optional (!isHome && machine != null && builtins.pathExists (fileOf one.secret)) (
      assertion (isLinked one.secret) "${machine} cannot read `${one.secret}`: `fleetd secrets machines add-secret ${machine} ${one.secret}`"
    );
in
{
  _file = "fleetd: secrets";

  options.fleet.secrets = mkOption {
    type = types.attrsOf (types.submodule secretModule);
    default = { };
    description = "Secrets of sops/secrets that the host gets.";
  };

  config =
    lib.optionalAttrs (options ? assertions) {
      assertions = lib.mkIf (secrets != { }) (
        [
          (assertion (options ? sops) "fleet.secrets is brought by sops-nix: import its ${if isHome then "homeManagerModules" else "modules"}.sops")
        ]
        ++ lib.concatLists (lib.mapAttrsToList checksOf secrets)
      );
    }
    // lib.optionalAttrs (options ? sops) { sops.secrets = lib.mapAttrs sopsSecret there; }
    // lib.optionalAttrs (options ? home-manager) {
      home-manager = {
        sharedModules = [ ./secrets.nix ];
        users = lib.mkMerge (
          lib.mapAttrsToList (name: one: {
            ${one.keyOf}.sops.age.keyFile = lib.mkDefault config.sops.secrets.${name}.path;
          }) keys
        );
      };
    };
}
