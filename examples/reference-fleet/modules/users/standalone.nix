# The same homes without a system around them: <user>@<system>.
{
  config,
  inputs,
  lib,
  withSystem,
  ...
}:
let
  inherit (config) fleet;

  home =
    system: user:
    withSystem system (
      { pkgs, ... }:
      let
        kernel = if pkgs.stdenv.hostPlatform.isDarwin then "darwin" else "linux";
      in
      inputs.home-manager.lib.homeManagerConfiguration {
        inherit pkgs;
        extraSpecialArgs = { inherit fleet inputs; };
        modules = user.modules ++ [
          {
            home.homeDirectory = user.identity.homes.${kernel};
            targets.genericLinux.enable = lib.mkDefault (kernel == "linux");
          }
        ];
      }
    );

  homesFor =
    system:
    lib.mapAttrs' (
      _: user: lib.nameValuePair "${user.identity.username}@${system}" (home system user)
    ) config.flake.users;
in
{
  flake.homeConfigurations = lib.mergeAttrsList (map homesFor config.systems);
}
