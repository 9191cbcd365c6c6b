# Evaluates one host: its modules beside the platform's options, with `pkgs` as far as the platform determines it.
{ lib, kernel, fleetLib, ... }:
let
  # What a package set is known to say about its platform; every package stays unknown.
  packagesFor =
    pkgs: platform:
    let
      known = builtins.isString platform || builtins.isAttrs platform;
      hostPlatform = lib.systems.elaborate platform;
    in
    if platform == null || !known then
      pkgs
    else
      pkgs
      // {
        inherit (hostPlatform) system;
        inherit lib hostPlatform;
        stdenv = pkgs.stdenv // {
          inherit hostPlatform;
          inherit (hostPlatform) isDarwin isLinux isAarch64 isx86_64;
        };
      };

  packages =
    class: system:
    { config, ... }:
    {
      _file = "fleetd: package set";
      _module.args.pkgs = lib.mkOverride 1400 (
        packagesFor (kernel.unknown "pkgs") (
          if system != null then
            system
          else if class == "nixos" || class == "darwin" then
            kernel.hostPlatform config
          else
            null
        )
      );
    };
in
{
  inherit packagesFor;

  __functor =
    _:
    {
      class,
      modules,
      specialArgs ? { },
      system ? null,
      prefix ? [ ],
      # Without a platform, the host has the options its own modules declare and no others.
      open ? true,
    }:
    (if open then fleetLib else lib).evalModules {
      inherit prefix;
      # What home-manager calls its class; modules say so in `_class`.
      class = if class == "home" then "homeManager" else class;
      specialArgs = lib.optionalAttrs open { modulesPath = kernel.unknown "modulesPath"; } // specialArgs;
      modules =
        lib.optionals open [
          (kernel.platform class)
          (packages class system)
        ]
        ++ modules;
    };
}
