# Service instances of one clan: from roles, tags and settings to the modules of each machine. Services written in the fleet's own Nix
# modules are evaluated here; those that plugins implement are only resolved, the rest is left to Nix.
{ lib, kernel, ... }:
clan:
let
  inherit (lib) mkOption types;
  inherit (clan) inventory;

  exportsLib = kernel.part "exports" { inherit lib kernel; };

  # Homes that stand alone are no machines of clan's; lists of tags and roles may name them all the same.
  homesByTag = lib.filterAttrs (_: names: names != [ ]) (
    lib.mapAttrs (_: lib.filter (name: !(inventory.machines ? ${name}))) inventory.tags
  );
  tagsOfHomes = lib.zipAttrs (lib.mapAttrsToList (tag: names: lib.genAttrs names (_: tag)) homesByTag);
  tagsOf = name: if inventory.machines ? ${name} then inventory.machines.${name}.tags else tagsOfHomes.${name} or [ ];

  machinesByTag = lib.zipAttrsWith (_: lib.concatLists) [
    (lib.zipAttrs (lib.mapAttrsToList (name: machine: lib.genAttrs machine.tags (_: name)) inventory.machines))
    homesByTag
  ];

  settingsOf = kernel.part "settings" { inherit lib kernel; } {
    inherit (inventory) meta;
    inherit tagsOf;
  };

  # Which machines a role has, as a set: named ones, and those that carry one of its tags.
  membersOf =
    role:
    removeAttrs (lib.genAttrs (
      lib.attrNames role.machines ++ lib.concatMap (tag: machinesByTag.${tag} or [ ]) (lib.attrNames role.tags)
    ) (name: name)) role.excludeMachines;

  function = types.addCheck types.raw lib.isFunction // {
    description = "function";
  };
  # At least so many, or at most.
  limit = least: mkOption {
    type = types.nullOr least;
    default = null;
  };
  texts = mkOption {
    type = types.listOf types.str;
    default = [ ];
  };

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
        type = function;
        default = _: { };
      };
      extraModules = mkOption {
        type = types.listOf types.raw;
        default = [ ];
      };
    };
  };

  serviceOptions = name: {
    freeformType = types.lazyAttrsOf types.raw;
    options = {
      manifest = mkOption {
        type = types.submodule {
          freeformType = types.lazyAttrsOf types.raw;
          options = {
            name = mkOption {
              type = types.str;
              default = name;
            };
            description = mkOption {
              type = types.str;
              default = "";
            };
            readme = mkOption {
              type = types.str;
              default = "";
            };
            categories = texts;
            exports = {
              inputs = texts;
              out = texts;
            };
            constraints = {
              maxInstances = limit types.ints.positive;
              roles = mkOption {
                type = types.lazyAttrsOf (
                  types.submodule {
                    options = {
                      minMachines = limit types.ints.unsigned;
                      maxMachines = limit types.ints.unsigned;
                    };
                  }
                );
                default = { };
              };
            };
          };
        };
        default = { };
      };
      instances = mkOption {
        type = types.raw;
        default = lib.mapAttrs (_: resolved: { inherit (resolved) roles; }) (
          lib.filterAttrs (_: resolved: resolved.own && resolved.service == name) instances
        );
      };
      roles = mkOption {
        type = types.lazyAttrsOf (types.submodule roleType);
        default = { };
      };
      perMachine = mkOption {
        type = function;
        default = _: { };
      };
      exports = mkOption {
        type = types.raw;
        default = { };
      };
    };
  };

  # Those of clan's functions that are known here; the rest is left to Nix.
  clanLib = kernel.unknown "clanLib" // {
    inherit (exportsLib)
      buildScopeKey
      parseScope
      getExport
      selectExports
      ;
  };

  evaluate =
    name: module:
    (lib.evalModules {
      class = "clan.service";
      specialArgs = {
        inherit (clan) directory exports;
        inherit (inventory) meta;
        inherit clanLib;
      };
      modules = [
        (serviceOptions name)
        module
      ];
    }).config;

  ownServices = lib.mapAttrs evaluate clan.modules;
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

  # Every instance with its roles: members, and their settings.
  resolve =
    name: instance:
    let
      interfaces = interfacesOf instance;
      own = isOwn instance;
      members = lib.mapAttrs (
        roleName: role:
        let
          names = membersOf role;
          settings = settingsOf (
            if interfaces == null then
              { freeformType = types.lazyAttrsOf types.raw; }
            else
              interfaces.${roleName} or { freeformType = types.lazyAttrsOf types.raw; }
          ) role (lib.attrNames names);
        in
        {
          inherit settings;
          machines = settings.all names;
        }
      ) instance.roles;
    in
    {
      inherit instance interfaces own;
      service = instance.module.name;
      manifest = if own then ownServices.${instance.module.name}.manifest else null;
      roles = lib.mapAttrs (_: role: { inherit (role) machines; }) members;
      extend = lib.mapAttrs (_: role: role.settings.extend) members;
      # What modules of clan's machines see: homes are fleetd's addition.
      clanRoles = lib.mapAttrs (_: role: {
        machines = lib.intersectAttrs inventory.machines role.machines;
        settings = role.settings.plain;
      }) members;
    };
  instances = lib.mapAttrs resolve inventory.instances;

  # Instances from which machines get modules. Those of plugins mostly have none, and then who takes part does not matter here. One that
  # fails stays, so that its own machines say so and no others.
  telling = lib.filterAttrs (
    _: resolved:
    !(kernel.isEmpty (
      if resolved.own then
        [ null ]
      else
        lib.concatMap (role: role.extraModules) (lib.attrValues resolved.instance.roles)
    ))
  ) instances;

  # machine -> those instances it takes part in -> roles.
  held = lib.zipAttrsWith (_: lib.zipAttrs) (
    lib.concatLists (
      lib.mapAttrsToList (
        name: instance:
        lib.mapAttrsToList (roleName: role: lib.mapAttrs (_: _: { ${name} = roleName; }) role.machines) instance.roles
      ) telling
    )
  );

  mkExportsFor = scope: exports: { ${exportsLib.buildScopeKey scope} = exports; };

  # What a service of this flake says for one role of one machine, and for a machine in all of its instances.
  perInstance =
    instanceName: roleName: name:
    let
      resolved = instances.${instanceName};
      service = ownServices.${resolved.service};
    in
    kernel.answerOf "`perInstance` of the role ${roleName} of the service ${resolved.service}" (service.roles.${roleName}.perInstance {
      inherit instanceName;
      roles = resolved.clanRoles;
      inherit (resolved.roles.${roleName}.machines.${name}) settings;
      extendSettings = resolved.extend.${roleName} name;
      machine = {
        inherit name;
        roles = held.${name}.${instanceName};
      };
      inherit (inventory) meta;
      inherit (clan) exports;
      mkExports = mkExportsFor {
        serviceName = service.manifest.name;
        inherit instanceName roleName;
        machineName = name;
      };
    });

  ownOf = name: lib.filter (instanceName: instances.${instanceName}.own) (lib.attrNames (held.${name} or { }));
  # service -> instances of it the machine takes part in.
  servicesOf = name: lib.groupBy (instanceName: instances.${instanceName}.service) (ownOf name);

  perMachine =
    serviceName: names: name:
    let
      service = ownServices.${serviceName};
    in
    kernel.answerOf "`perMachine` of the service ${serviceName}" (service.perMachine {
      machine = {
        inherit name;
        roles = lib.unique (lib.concatMap (instanceName: held.${name}.${instanceName}) names);
      };
      instances = lib.genAttrs names (instanceName: { roles = instances.${instanceName}.clanRoles; });
      inherit (inventory) meta;
      inherit (clan) exports;
      mkExports = mkExportsFor {
        serviceName = service.manifest.name;
        machineName = name;
      };
    });

  pick = class: result: lib.toList (if class == "nixos" then result.nixosModule or [ ] else result.darwinModule or [ ]);

  instanceModules =
    class: name: instanceName: roles:
    let
      resolved = instances.${instanceName};
      service = ownServices.${resolved.service};
      forRole =
        roleName:
        lib.optionals (resolved.own && service.roles ? ${roleName}) (
          pick class (perInstance instanceName roleName name) ++ service.roles.${roleName}.extraModules
        )
        ++ map (kernel.moduleAt {
          inherit (inventory) instances;
          inherit (clan) directory;
          instance = instanceName;
          role = roleName;
        }) resolved.instance.roles.${roleName}.extraModules;
    in
    lib.concatMap forRole roles;

  # Everything that services of this flake export, part by part, each held to what it may write.
  known = lib.attrNames (exportsLib.interfaces // clan.exportInterfaces);
  exportsOf =
    service: who: allowed: allows: exports:
    exportsLib.checked {
      who = "service ${service.manifest.name}${who}";
      out = service.manifest.exports.out or [ ];
      inherit known allowed allows;
    } exports;

  ofService =
    name: service:
    let
      manifest = service.manifest.name;
    in
    exportsOf service "" "scopes of its own, ${manifest}:…" (scope: scope.serviceName == manifest) service.exports;
  ofMachine =
    serviceName: names: name:
    let
      service = ownServices.${serviceName};
      manifest = service.manifest.name;
    in
    exportsOf service ", machine ${name}" "scopes of its own for that machine, ${manifest}:::${name}" (
      scope: scope.serviceName == manifest && scope.machineName == name
    ) ((perMachine serviceName names name).exports or { });
  ofInstance =
    instanceName: roleName: name:
    let
      service = ownServices.${instances.${instanceName}.service};
      key = {
        serviceName = service.manifest.name;
        inherit instanceName roleName;
        machineName = name;
      };
    in
    exportsOf service ", instance ${instanceName}, role ${roleName}, machine ${name}"
      "${exportsLib.buildScopeKey key} only"
      (scope: scope == key)
      ((perInstance instanceName roleName name).exports or { });

  ownMachines = lib.filter (name: inventory.machines ? ${name}) (lib.attrNames held);
  used = lib.filterAttrs (name: _: lib.any (one: one.own && one.service == name) (lib.attrValues instances)) ownServices;
  ownExports =
    if used == { } then
      [ ]
    else
      lib.mapAttrsToList ofService used
      ++ lib.concatMap (
        name:
        lib.mapAttrsToList (serviceName: names: ofMachine serviceName names name) (servicesOf name)
        ++ lib.concatMap (
          instanceName:
          map (roleName: ofInstance instanceName roleName name) (
            lib.filter (roleName: ownServices.${instances.${instanceName}.service}.roles ? ${roleName}) held.${name}.${instanceName}
          )
        ) (ownOf name)
      ) ownMachines;
in
{
  inherit instances machinesByTag ownExports;
  # Services of this flake and their settings, for people and programs.
  described = kernel.part "json_schema" { inherit lib kernel; } { inherit (inventory) meta; } ownServices;
  # Names in lists of tags that are no machines: homes, or mistakes.
  namedByTag = homesByTag;

  modulesFor =
    { name, class }:
    lib.concatLists (
      lib.mapAttrsToList (serviceName: names: pick class (perMachine serviceName names name)) (servicesOf name)
    )
    ++ lib.concatLists (lib.mapAttrsToList (instanceModules class name) (held.${name} or { }));
}
