# clan: the inventory as typed options, service instances resolved to modules, machines as hosts. Semantics as in clan, without its core
# modules, which stay with Nix.
{
  lib,
  kernel,
  hosts,
  ...
}:
let
  inherit (lib) mkOption types;

  null' = type: description: mkOption {
    type = types.nullOr type;
    default = null;
    inherit description;
  };

  inventoryModules = import' "inventory";
  import' = name: kernel.part name { inherit lib kernel; };

  core = kernel.part "clan_core" { inherit lib kernel; };

  services = kernel.part "services" { inherit lib kernel; };
  exportsLib = kernel.part "exports" { inherit lib kernel; };

  # What services export, beside what the fleet itself says of it.
  exportsOptions =
    { config, options, ... }:
    {
      _file = "fleetd: exports of services";
      options = {
        exportInterfaces = mkOption {
          type = types.lazyAttrsOf types.deferredModule;
          default = { };
          description = "Further interfaces of exports.";
        };
        exports = mkOption {
          type = types.lazyAttrsOf (exportsLib.scopeType config.exportInterfaces);
          default = { };
          description = "What services tell each other, by service:instance:role:machine.";
        };
        resolvedServices = mkOption {
          type = types.raw;
          internal = true;
          readOnly = true;
        };
        # Scopes that plugins alone do not determine; null when these are all.
        exportsTouched = mkOption {
          type = types.raw;
          internal = true;
          readOnly = true;
        };
      };
      config = {
        resolvedServices = services config;
        exports = lib.mkMerge ([ (kernel.pluginExports config) ] ++ config.resolvedServices.ownExports);
        exportsTouched =
          let
            written = map (definition: definition.value) (
              lib.filter (definition: definition.file != "fleetd: exports of services") options.exports.definitionsWithLocations
            );
          in
          if lib.any (value: !(lib.isAttrs value) || value ? _type) written then
            null
          else
            lib.attrNames (lib.mergeAttrsList (written ++ config.resolvedServices.ownExports));
      };
    };

  clanOptions =
    {
      self,
      directoryDefault,
    }:
    { config, options, ... }:
    {
      _file = "fleetd: clan";
      imports = [ exportsOptions ];
      freeformType = types.lazyAttrsOf types.raw;
      options = {
        self = mkOption {
          type = types.raw;
          default = self;
          description = "The flake.";
        };
        directory = mkOption {
          type = types.raw;
          default = directoryDefault;
          description = "Where machines, vars and secrets are.";
        };
        meta = mkOption {
          type = types.raw;
          default = { };
          description = "Name and domain of the fleet; the same as inventory.meta.";
        };
        machines = mkOption {
          type = types.lazyAttrsOf types.deferredModule;
          default = { };
          description = "Configuration of machines by name.";
        };
        modules = mkOption {
          type = types.lazyAttrsOf types.raw;
          default = { };
          description = "Service modules this flake offers.";
        };
        vars = mkOption {
          type = types.submodule {
            freeformType = types.lazyAttrsOf types.raw;
            options.settings = mkOption {
              type = types.submodule { freeformType = types.lazyAttrsOf types.anything; };
              default = { };
              description = "Which store secrets are in, and who can read them.";
            };
          };
          default = { };
          description = "Generated values.";
        };
        specialArgs = mkOption {
          type = types.lazyAttrsOf types.raw;
          default = { };
          description = "Further arguments of machine modules.";
        };
        pkgsForSystem = mkOption {
          type = types.raw;
          default = _: null;
          description = "Package set by system.";
        };
        checks = mkOption {
          type = types.lazyAttrsOf (
            types.submodule {
              options = {
                assertion = mkOption { type = types.raw; };
                message = mkOption { type = types.str; };
                ignore = mkOption {
                  type = types.bool;
                  default = false;
                };
              };
            }
          );
          default = { };
          description = "Assertions about the clan as a whole.";
        };
        inventory = mkOption {
          type = types.submoduleWith { modules = [ inventoryModules ]; };
          default = { };
          description = "Machines, tags and service instances.";
        };
        # What the inventory consists of, file by file: decides what inventory.json may change.
        inventoryWritten = mkOption {
          type = types.raw;
          internal = true;
          readOnly = true;
        };
      };
      config.inventoryWritten =
        let
          written = lib.evalModules {
            modules = [
              inventoryModules
            ]
            ++ map (definition: lib.setDefaultModuleLocation definition.file definition.value) options.inventory.definitionsWithLocations;
          };
        in
        lib.genAttrs [ "meta" "machines" "tags" "instances" ] (name: written.options.${name}.definitionsWithLocations);
      config.inventory = {
        meta = lib.mkIf (config.meta != { }) config.meta;
        machines = lib.mkMerge [
          (lib.mapAttrs (_: _: { }) config.machines)
          (lib.genAttrs (kernel.directoriesIn (kernel.join config.directory "machines")) (_: { }))
        ];
        imports = lib.optional (kernel.exists (kernel.join config.directory "inventory.json")) (
          lib.setDefaultModuleLocation (toString (kernel.join config.directory "inventory.json")) (
            kernel.inventoryJson (kernel.join config.directory "inventory.json")
          )
        );
      };
    };

  # Files below machines/<name>/ that belong to a machine without being named anywhere.
  ownFiles =
    clan: name: class:
    let
      at = file: kernel.join clan.directory "machines/${name}/${file}";
      wanted = [ "configuration.nix" ] ++ lib.optionals (class == "nixos") [ "hardware-configuration.nix" "disko.nix" ];
    in
    map at (lib.filter (file: kernel.exists (at file)) wanted);

  machineModules =
    clan: resolved: name:
    let
      machine = clan.inventory.machines.${name};
      class = machine.machineClass;
    in
    [ (clan.machines.${name} or { }) ]
    ++ ownFiles clan name class
    ++ resolved.modulesFor { inherit name class; }
    ++ [
      (core {
        inherit (clan) directory;
        inherit class;
        machine = name;
      })
      {
        _file = "fleetd: clan machine ${name}";
        networking.hostName = lib.mkIf (kernel.isHostName name) (lib.mkDefault name);
        clan.core.settings = {
          inherit (clan) directory;
          machine.name = name;
          domain = clan.inventory.meta.domain;
        };
        clan.core.vars.settings = lib.mapAttrs (_: lib.mkDefault) clan.vars.settings;
      }
    ];

  configurationsOf =
    clan: resolved: class:
    lib.mapAttrs (
      name: _:
      let
        made = hosts.${class} {
          modules = machineModules clan resolved name;
          specialArgs = clan.specialArgs;
        };
      in
      made
      // {
        _fleetd = made._fleetd // {
          origin = "clan";
          inherit (clan.inventory.machines.${name}) tags;
        };
      }
    ) (lib.filterAttrs (_: machine: machine.machineClass == class) clan.inventory.machines);

  # One module for each machine, for flakes that build on this one.
  machineModulesOf =
    clan: resolved: class:
    lib.mapAttrs' (
      name: _: lib.nameValuePair "clan-machine-${name}" { imports = machineModules clan resolved name; }
    ) (lib.filterAttrs (_: machine: machine.machineClass == class) clan.inventory.machines);

  configurations =
    clan:
    let
      resolved = clan.resolvedServices;
    in
    kernel.noteClan { inherit clan resolved; } {
      nixosConfigurations = configurationsOf clan resolved "nixos";
      nixosModules = machineModulesOf clan resolved "nixos";
      darwinConfigurations = configurationsOf clan resolved "darwin";
      darwinModules = machineModulesOf clan resolved "darwin";
    };
in
{
  flakeModule =
    {
      config,
      self,
      lib,
      flake-parts-lib,
      ...
    }:
    {
      _file = "fleetd: clan flake module";
      key = "fleetd: clan flake module";
      imports = [ (lib.mkAliasOptionModule [ "clan" ] [ "flake" "clan" ]) ];
      options = {
        flake = {
          clan = mkOption {
            type = types.submoduleWith {
              class = "clan";
              specialArgs = { inherit self; };
              modules = [
                (clanOptions {
                  inherit self;
                  directoryDefault = self.outPath or null;
                })
                { _dependencies.flake-config = config; }
              ];
            };
            default = { };
            description = "The clan of this flake.";
          };
          clanInternals = mkOption {
            type = types.raw;
            default = kernel.unknown "self.clanInternals";
            description = "What clan's own tools read.";
          };
          darwinConfigurations = mkOption {
            type = types.lazyAttrsOf types.raw;
            description = "Darwin hosts.";
          };
          darwinModules = mkOption {
            type = types.lazyAttrsOf types.deferredModule;
            description = "Darwin modules for others.";
          };
        };
        perSystem = flake-parts-lib.mkPerSystemOption {
          options.clan.pkgs = mkOption {
            type = types.raw;
            default = null;
            description = "Package set of machines of this system.";
          };
        };
      };
      config.flake = configurations config.flake.clan;
    };

  # clan-core.lib.clan { … }
  lib.clan =
    args:
    let
      evaluated = lib.evalModules {
        class = "clan";
        modules = [
          (clanOptions {
            self = args.self or { };
            directoryDefault = args.self.outPath or null;
          })
          (removeAttrs args [
            "self"
            "specialArgs"
          ])
          { specialArgs = args.specialArgs or { }; }
        ];
      };
      clan = evaluated.config;
      outputs = configurations clan // {
        clanInternals = kernel.unknown "clanInternals";
      };
    in
    {
      config = clan // outputs;
      inherit (evaluated) options;
    }
    // outputs;
}
