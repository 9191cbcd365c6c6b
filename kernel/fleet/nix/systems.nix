# nixosSystem, darwinSystem, homeManagerConfiguration: a call makes a host. `_fleetd` is how the kernel recognises the result.
{ lib, kernel, evalHost, home, ... }:
let
  result =
    class: request:
    let
      evaluated = evalHost {
        inherit (request) modules specialArgs system;
        inherit class;
      };
    in
    {
      _type = "configuration";
      _fleetd = request // {
        inherit class;
      };
      inherit class;
      inherit (evaluated) config options;
      pkgs = evaluated._module.args.pkgs;
      inherit lib;
      extendModules =
        {
          modules ? [ ],
          specialArgs ? { },
          ...
        }:
        result class (
          request
          // {
            modules = request.modules ++ modules;
            specialArgs = request.specialArgs // specialArgs;
          }
        );
    };

  systemOf =
    args:
    if args.system or null != null then
      args.system
    else if args ? pkgs then
      kernel.systemOfPackages args.pkgs
    else
      null;

  withPackages = args: lib.optional (args ? pkgs) { _module.args.pkgs = lib.mkForce args.pkgs; };
in
{
  nixos =
    args:
    result "nixos" {
      modules = args.modules or [ ] ++ withPackages args;
      specialArgs = args.specialArgs or { };
      system = systemOf args;
    };

  darwin =
    args:
    result "darwin" {
      modules = args.modules or [ ] ++ withPackages args;
      specialArgs = (if args ? inputs then { inherit (args) inputs; } else { }) // args.specialArgs or { };
      system = systemOf args;
    };

  home =
    args:
    let
      made = result "home" {
        modules = home.base ++ args.modules or [ ] ++ withPackages args;
        specialArgs = {
          lib = home.lib;
          osConfig = null;
        }
        // args.extraSpecialArgs or { };
        system = systemOf args;
      };
    in
    made // { activationPackage = kernel.unknown "activationPackage"; };
}
