# clan's inventory for a repository that has no flake and so no clan-core: the modules by which fleetd evaluates it, with Nix in the place
# of fleetd's natives. Services that plugins implement are files of each host already; what is left are machines, their files, modules of
# roles and services of the fleet's own.
#   lib      of nixpkgs
#   parts    directory of the modules
#   exports  what plugins export, by scope
{
  lib,
  parts,
  exports,
}:
let
  # Definitions of a layer that yield to those of nearer layers; sets and lists still merge with them.
  weaken =
    priority: value:
    if lib.isAttrs value then
      (if value ? _type then value else lib.mapAttrs (_: weaken priority) value)
    else if lib.isList value || lib.isFunction value then
      value
    else
      lib.mkOverride priority value;
  layer =
    priority: module:
    if !(lib.isAttrs module) then
      module
    else if module ? imports then
      module
      // {
        imports = map (if module ? _file then weaken priority else layer priority) module.imports;
      }
    else
      weaken priority module;

  kernel = {
    inherit layer;
    part =
      name: scope:
      if name == "clan_core" then arguments: import ./clan-core.nix arguments else import (parts + "/${name}.nix") scope;
    directoriesIn =
      path:
      if path != null && builtins.pathExists path then
        lib.attrNames (lib.filterAttrs (_: type: type == "directory") (builtins.readDir path))
      else
        [ ];
    exists = path: path != null && builtins.pathExists path;
    join = directory: rest: if directory == null then null else directory + "/${rest}";
    # Whatever is wrong in it kept fleetd from building.
    inventoryJson = lib.importJSON;
    isHostName = name: builtins.match "[[:alnum:]]([[:alnum:]_-]{0,61}[[:alnum:]])?" name != null;
    # What only fleetd leaves open is of no use here.
    unknown = _: { };
    serviceRoles = _: { };
    isEmpty = list: list == [ ];
    answerOf = _: answer: answer;
    # A text that is no absolute path is one below the clan's directory.
    moduleAt =
      { directory, ... }:
      module:
      if lib.isString module && builtins.getContext module == { } && !(lib.hasPrefix "/" module) then
        kernel.join directory module
      else
        module;
    pluginExports = _: exports;
    noteClan = _: outputs: outputs;
  };

  # A host is what it is made of.
  hosts = lib.genAttrs [ "nixos" "darwin" ] (
    _:
    { modules, specialArgs }:
    {
      inherit modules specialArgs;
      _fleetd = { };
    }
  );
in
{
  inherit
    (import (parts + "/clan.nix") {
      inherit lib kernel hosts;
    })
    flakeModule
    ;
}
