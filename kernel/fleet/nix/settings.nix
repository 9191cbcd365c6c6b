# Settings of the members of a role: layers of the role, of tags and of the machine, merged by the role's interface.
{ lib, kernel, ... }:
{
  meta,
  # machine -> its tags
  tagsOf,
}:
let
  # Whether a layer says nothing: an empty set, or none at all. Most tags give a role and no settings.
  isEmpty = settings: lib.all (definition: (definition.imports or [ definition ]) == [ { } ]) (settings.imports or [ ]);

  # A nearer layer overrides through its default priority, explicit priorities stay. Modules stand in clan's order, which is the order of
  # merged lists.
  evaluateLayers =
    interface: role: tags: own:
    lib.evalModules {
      prefix = [ "settings" ];
      specialArgs = { inherit meta; };
      modules = [
        interface
        (kernel.layer 102 role.settings)
      ]
      ++ map (kernel.layer 100) own
      ++ map (tag: kernel.layer 101 role.tags.${tag}.settings) tags;
    };
in
# Machines whose layers are the same share one evaluation.
interface: role: members:
let
  # Tags without settings of their own say nothing.
  telling = lib.filterAttrs (_: tag: !(isEmpty tag.settings)) role.tags;
  carried = machine: lib.filter (tag: telling ? ${tag}) (tagsOf machine);
  hasOwn = machine: role.machines ? ${machine} && !(isEmpty role.machines.${machine}.settings);
  key = machine: lib.concatStringsSep "\n" (carried machine);
  plain = (evaluateLayers interface role [ ] [ ]).config;
  shared = lib.mapAttrs (_: machines: (evaluateLayers interface role (carried (lib.head machines)) [ ]).config) (
    lib.groupBy key (lib.filter (machine: !(hasOwn machine)) members)
  );
  of =
    machine:
    if hasOwn machine then
      (evaluateLayers interface role (carried machine) [ role.machines.${machine}.settings ]).config
    else if telling == { } then
      plain
    else
      shared.${key machine};
in
{
  inherit plain;

  # The machines with their settings. Where no tag says anything, those that are not named have what the role says.
  all =
    names:
    if kernel.isEmpty (lib.attrNames telling) then
      lib.mapAttrs (name: _: {
        inherit name;
        settings = plain;
      }) names
      // lib.mapAttrs (name: _: {
        inherit name;
        settings = of name;
      }) (lib.intersectAttrs names role.machines)
    else
      lib.mapAttrs (name: _: {
        inherit name;
        settings = of name;
      }) names;

  # The settings with one more layer, for the machine alone.
  extend =
    machine: module:
    (evaluateLayers interface role (carried machine) (
      lib.optional (hasOwn machine) role.machines.${machine}.settings ++ [ module ]
    )).config;
}
