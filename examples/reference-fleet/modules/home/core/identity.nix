# Who this home belongs to, and which version of state it started with.
{ config, lib, ... }:
let
  inherit (config) fleet;
  inherit (config.flake) users;
in
{
  flake.modules.homeManager.core =
    { config, ... }:
    let
      person = users.${config.home.username}.meta;
    in
    {
      options.person = {
        fullName = lib.mkOption {
          type = lib.types.str;
          readOnly = true;
        };
        email = lib.mkOption { type = lib.types.str; };
        forge = lib.mkOption { type = lib.types.nullOr lib.types.str; };
        signingKey = lib.mkOption { type = lib.types.nullOr lib.types.str; };
      };

      config = {
        person = {
          inherit (person) fullName forge signingKey;
          email = lib.mkDefault person.email;
        };

        home.stateVersion = lib.mkDefault fleet.stateVersions.home;
        programs.home-manager.enable = true;
        news.display = "silent";
        manual.manpages.enable = false;
      };
    };
}
