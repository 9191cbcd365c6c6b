# clan.core of one machine, as fleetd evaluates it: values that are in the repository are known, others wait for Nix. The layout is clan's;
# what only clan-core itself declares stays open.
{ lib, kernel, ... }:
let
  # Loaded once for all machines.
  declare = kernel.part "clan-core-options" { inherit lib; };
in
{
  directory,
  machine,
  class,
}:
{ config, ... }:
let
  inherit (lib) types;

  place = generator: if generator.share then "shared/${generator.name}" else "per-machine/${machine}/${generator.name}";

  # Where a secret is at run time.
  runtimePath =
    generator: file:
    let
      inherit (config.clan.core) vars;
      store = vars.settings.secretStore or "sops";
      # Where stores other than sops bring what they keep.
      locations = {
        age = vars.age.secretLocation;
        password-store = vars.password-store.secretLocation;
      };
      others = locations ? ${store};
      base = {
        partitioning = "/run/partitioning-secrets";
        activation = "${locations.${store} or vars.sops.secretUploadDirectory}/activation";
        users = if others then "/run/user-secrets" else "/run/secrets-for-users/vars";
        services = if others then "/run/secrets" else "/run/secrets/vars";
      };
    in
    "${base.${file.neededFor}}/${place generator}/${file.name}";

  fileOf =
    generator: file:
    let
      stored = kernel.join directory "vars/${place generator}/${file.name}/${if file.secret then "secret" else "value"}";
      there = stored != null && kernel.exists stored;
    in
    {
      path = if file.secret then runtimePath generator file else stored;
      exists = !file.secret && there;
      value =
        if file.secret then
          throw "${generator.name}/${file.name} is secret: its value is never part of a configuration"
        else if there then
          builtins.readFile stored
        else
          kernel.unknown "config.clan.core.vars.generators.${generator.name}.files.${file.name}.value";
      flakePath = stored;
    };
in
{
  _file = "fleetd: clan.core";
  _fleetdPlatform = true;
}
// declare {
  inherit class fileOf;
  natives = {
    text = types.raw;
    package = types.raw;
    script = types.raw;
  };
}
