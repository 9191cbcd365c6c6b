# Secrets of a person. The encrypted files are in a repository of that person,
# checked out beside this one; here are only the names.
{ inputs, lib, ... }:
{
  flake.modules.homeManager.core =
    { config, pkgs, ... }:
    let
      directory = "${config.xdg.dataHome}/quarry-secrets";
    in
    {
      imports = [ inputs.sops-nix.homeManagerModules.sops ];

      sops = {
        defaultSopsFile = "${directory}/${config.home.username}.yaml";
        validateSopsFiles = false;

        age.keyFile =
          if pkgs.stdenv.hostPlatform.isDarwin then
            "${config.home.homeDirectory}/Library/Application Support/sops/age/keys.txt"
          else
            "${config.xdg.configHome}/sops/age/keys.txt";

        secrets = lib.mkIf (config.person.forge != null) {
          forge-token.mode = "0400";
        };
      };
    };
}
