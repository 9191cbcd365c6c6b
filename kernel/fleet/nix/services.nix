# Service instances of one clan: from roles, tags and settings to the modules of each machine. Services written in the fleet's own Nix
# modules are evaluated here; those that plugins implement are only resolved, the rest is left to Nix.
{ lib, kernel, ... }:
clan:
let
  inherit (lib) mkOption types;
  inherit (clan) inventory;

  machinesByTag = lib.zipAttrs (
    lib.mapAttrsToList (name: machine: lib.genAttrs machine.tags (_: name)) inventory.machines
  );

  # Which machines a role has: named ones, and those that carry one of its tags.
  membersOf =
    role:
    lib.subtractLists role.excludeMachines (
      lib.unique (
        lib.attrNames (lib.intersectAttrs inventory.machines role.machines)
        ++ lib.concatMap (tag: machinesByTag.${tag} or [ ]) (lib.attrNames role.tags)
      )
    );

  roleType = {
    options = {
      description = mkOption {
        type = types.nullOr types.str;
        default = null;
      };
      interface = mkOption {
        type = types.deferredModule;
        default = { };
      };
      perInstance = mkOption {
        type = types.raw;
        default = _: { };
      };
      extraModules = mkOption {
        type = types.listOf types.raw;
        default = [ ];
      };
    };
  };

  serviceOptions = {
    freeformType = types.lazyAttrsOf types.raw;
    options = {
      manifest = mkOption {
        type = types.raw;
        default = { };
      };
      roles = mkOption {
        type = types.lazyAttrsOf (types.submodule roleType);
        default = { };
      };
      perMachine = mkOption {
        type = types.raw;
        default = _: { };
      };
      exports = mkOption {
        type = types.raw;
        default = { };
      };
    };
  };

  evaluate =
    module:
    (lib.evalModules {
      class = "clan.service";
      specialArgs = {
        inherit (clan) directory;
        inherit (inventory) meta;
        exports = kernel.unknown "exports";
        clanLib = kernel.unknown "clanLib";
      };
      modules = [
        serviceOptions
        module
      ];
    }).config;

  ownServices = lib.mapAttrs (_: evaluate) clan.modules;
  isOwn = instance: instance.module.input == "self" && clan.modules ? ${instance.module.name};
  isCore = instance: instance.module.input == null || instance.module.input == "clan-core";

  interfacesOf =
    instance:
    if isOwn instance then
      lib.mapAttrs (_: role: role.interface) ownServices.${instance.module.name}.roles
    else if isCore instance then
      kernel.serviceRoles instance.module.name
    else
      null;

  # Role, tag and machine layers; a nearer layer overrides through its default priority, explicit priorities stay. Machines whose layers
  # are the same share one evaluation. Modules stand in clan's order, which is the order of merged lists.
  settingsOf =
    interface: role:
    let
      evaluateLayers =
        tags: own:
        (lib.evalModules {
          prefix = [ "settings" ];
          specialArgs = { inherit (inventory) meta; };
          modules = [
            interface
            (kernel.layer 102 role.settings)
          ]
          ++ own
          ++ map (tag: kernel.layer 101 role.tags.${tag}.settings) tags;
        }).config;
      carried = machine: lib.filter (tag: role.tags ? ${tag}) inventory.machines.${machine}.tags;
      isEmpty = settings: (settings.imports or [ ]) == [ ];
      hasOwn = machine: role.machines ? ${machine} && !isEmpty role.machines.${machine}.settings;
      key = machine: lib.concatStringsSep "\n" (carried machine);
      shared = lib.mapAttrs (_: machines: evaluateLayers (carried (lib.head machines)) [ ]) (
        lib.groupBy key (lib.filter (machine: !hasOwn machine) (membersOf role))
      );
    in
    machine:
    if hasOwn machine then
      evaluateLayers (carried machine) [ role.machines.${machine}.settings ]
    else
      shared.${key machine};

  # Every instance with its roles: members, their settings, and the settings without the machines' own layer.
  resolve =
    name: instance:
    let
      interfaces = interfacesOf instance;
    in
    {
      inherit instance interfaces;
      service = instance.module.name;
      own = isOwn instance;
      # null: nobody here knows the service.
      roles = lib.mapAttrs (
        roleName: role:
        let
          settings = settingsOf (if interfaces == null then { freeformType = types.lazyAttrsOf types.raw; } else interfaces.${roleName} or { }) role;
        in
        {
          machines = lib.genAttrs (membersOf role) (machine: {
            name = machine;
            settings = settings machine;
          });
          settings = { };
        }
      ) instance.roles;
    };
  instances = lib.mapAttrs resolve inventory.instances;

  # machine -> instances it takes part in -> roles.
  held = lib.zipAttrsWith (_: lib.zipAttrs) (
    lib.concatLists (
      lib.mapAttrsToList (
        name: instance:
        lib.mapAttrsToList (roleName: role: lib.mapAttrs (_: _: { ${name} = roleName; }) role.machines) instance.roles
      ) instances
    )
  );

  pick = class: result: lib.toList (if class == "nixos" then result.nixosModule or [ ] else result.darwinModule or [ ]);

  instanceModules =
    {
      name,
      class,
      instanceName,
      roles,
    }:
    let
      resolved = instances.${instanceName};
      service = ownServices.${resolved.service};
      forRole =
        roleName:
        let
          result = service.roles.${roleName}.perInstance {
            inherit instanceName;
            inherit (resolved) roles;
            inherit (resolved.roles.${roleName}.machines.${name}) settings;
            extendSettings = kernel.unknown "extendSettings";
            machine = { inherit name roles; };
            inherit (inventory) meta;
            exports = kernel.unknown "exports";
            mkExports = kernel.unknown "mkExports";
          };
        in
        lib.optionals (resolved.own && service.roles ? ${roleName}) (
          pick class result ++ service.roles.${roleName}.extraModules
        )
        ++ resolved.instance.roles.${roleName}.extraModules;
    in
    lib.concatMap forRole roles;

  # Called once for each service of this flake that the machine takes part in, with all of its instances.
  perMachineModules =
    { name, class }:
    let
      mine = lib.filterAttrs (instanceName: _: instances.${instanceName}.own) (held.${name} or { });
      byService = lib.groupBy (instanceName: instances.${instanceName}.service) (lib.attrNames mine);
    in
    lib.concatLists (
      lib.mapAttrsToList (
        serviceName: names:
        pick class (
          ownServices.${serviceName}.perMachine {
            machine = {
              inherit name;
              roles = lib.unique (lib.concatMap (instanceName: mine.${instanceName}) names);
            };
            instances = lib.genAttrs names (instanceName: { inherit (instances.${instanceName}) roles; });
            inherit (inventory) meta;
            exports = kernel.unknown "exports";
            mkExports = kernel.unknown "mkExports";
          }
        )
      ) byService
    );
in
{
  inherit instances machinesByTag;

  modulesFor =
    { name, class }:
    perMachineModules { inherit name class; }
    ++ lib.concatLists (
      lib.mapAttrsToList (
        instanceName: roles: instanceModules { inherit name class instanceName roles; }
      ) (held.${name} or { })
    );
}
