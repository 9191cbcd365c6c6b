# Service instances: from roles, tags and settings to the modules of one machine. Services written in the fleet's own Nix modules are
# evaluated here; those of clan-core and of other inputs are left to plugins and to Nix.
{
  lib,
  kernel,
  membersOf,
  ...
}:
let
  inherit (lib) mkOption types;

  roleType = {
    options = {
      description = mkOption { type = types.nullOr types.str; default = null; };
      interface = mkOption { type = types.deferredModule; default = { }; };
      perInstance = mkOption { type = types.raw; default = _: { }; };
      extraModules = mkOption { type = types.listOf types.raw; default = [ ]; };
    };
  };

  serviceOptions = {
    freeformType = types.lazyAttrsOf types.raw;
    options = {
      manifest = mkOption { type = types.raw; default = { }; };
      roles = mkOption { type = types.lazyAttrsOf (types.submodule roleType); default = { }; };
      perMachine = mkOption { type = types.raw; default = _: { }; };
      exports = mkOption { type = types.raw; default = { }; };
    };
  };

  evaluate =
    clan: module:
    (lib.evalModules {
      class = "clan.service";
      specialArgs = {
        inherit (clan) directory;
        inherit (clan.inventory) meta;
        exports = kernel.unknown "exports";
        clanLib = kernel.unknown "clanLib";
      };
      modules = [
        serviceOptions
        module
      ];
    }).config;

  # Role, tag and machine layers; a nearer layer overrides through its default priority, explicit priorities stay.
  settingsOf =
    {
      clan,
      service,
      roleName,
      role,
      machine,
    }:
    let
      carried = lib.filter (tag: role.tags ? ${tag}) clan.inventory.machines.${machine}.tags;
    in
    (lib.evalModules {
      prefix = [ "settings" ];
      specialArgs = { inherit (clan.inventory) meta; };
      modules = [
        (service.roles.${roleName}.interface or { })
        (kernel.layer 102 role.settings)
      ]
      ++ map (tag: kernel.layer 101 role.tags.${tag}.settings) carried
      ++ lib.optional (role.machines ? ${machine}) role.machines.${machine}.settings;
    }).config;

  members = clan: role: lib.subtractLists role.excludeMachines (membersOf clan.inventory role);

  # What services see of the others: roles.<r>.machines.<m>.settings.
  rolesView =
    clan: service: instance:
    lib.mapAttrs (roleName: role: {
      machines = lib.genAttrs (members clan role) (machine: {
        settings = settingsOf {
          inherit
            clan
            service
            roleName
            role
            machine
            ;
        };
        inherit machine;
      });
      settings = { };
    }) instance.roles;

  pick = class: result: lib.toList (if class == "nixos" then result.nixosModule or [ ] else result.darwinModule or [ ]);

  instanceModules =
    {
      clan,
      name,
      class,
      instanceName,
      instance,
    }:
    let
      own = instance.module.input == "self" && clan.modules ? ${instance.module.name};
      service = if own then evaluate clan clan.modules.${instance.module.name} else { roles = { }; };
      held = lib.filter (roleName: lib.elem name (members clan instance.roles.${roleName})) (
        lib.attrNames instance.roles
      );
      forRole =
        roleName:
        let
          role = instance.roles.${roleName};
          settings = settingsOf {
            inherit
              clan
              service
              roleName
              role
              ;
            machine = name;
          };
          result = service.roles.${roleName}.perInstance {
            inherit instanceName settings;
            extendSettings = kernel.unknown "extendSettings";
            machine = {
              inherit name;
              roles = held;
            };
            roles = rolesView clan service instance;
            inherit (clan.inventory) meta;
            exports = kernel.unknown "exports";
            mkExports = kernel.unknown "mkExports";
          };
        in
        lib.optionals (own && service.roles ? ${roleName}) (
          pick class result ++ service.roles.${roleName}.extraModules
        )
        ++ role.extraModules;
    in
    lib.concatMap forRole held;

  # Called once for each service of this flake that the machine takes part in, with all of its instances.
  perMachineModules =
    {
      clan,
      name,
      class,
    }:
    let
      own = lib.filterAttrs (
        _: instance: instance.module.input == "self" && clan.modules ? ${instance.module.name}
      ) clan.inventory.instances;
      heldIn = instance: lib.filter (r: lib.elem name (members clan instance.roles.${r})) (lib.attrNames instance.roles);
      mine = lib.filterAttrs (_: instance: heldIn instance != [ ]) own;
      names = lib.unique (lib.mapAttrsToList (_: instance: instance.module.name) mine);
    in
    lib.concatMap (
      moduleName:
      let
        service = evaluate clan clan.modules.${moduleName};
        instances = lib.filterAttrs (_: instance: instance.module.name == moduleName) mine;
      in
      pick class (
        service.perMachine {
          machine = {
            inherit name;
            roles = lib.unique (lib.concatMap heldIn (lib.attrValues instances));
          };
          instances = lib.mapAttrs (_: instance: { roles = rolesView clan service instance; }) instances;
          inherit (clan.inventory) meta;
          exports = kernel.unknown "exports";
          mkExports = kernel.unknown "mkExports";
        }
      )
    ) names;
in
{
  modulesFor =
    {
      clan,
      name,
      class,
    }:
    perMachineModules { inherit clan name class; }
    ++ lib.concatMap (
      instanceName:
      instanceModules {
        inherit
          clan
          name
          class
          instanceName
          ;
        instance = clan.inventory.instances.${instanceName};
      }
    ) (lib.attrNames clan.inventory.instances);
}
