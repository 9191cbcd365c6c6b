# The inventory's options: machines, tags, service instances.
{ lib, kernel, ... }:
{ config, ... }:
let
  inherit (lib) mkOption types;
  inventory = config;

  # name -> tags whose lists have it, in the order of the tags.
  tagsByName = lib.zipAttrs (
    lib.mapAttrsToList (tag: names: lib.genAttrs names (_: tag)) inventory.tags
  );

  optional = type: description: mkOption {
    type = types.nullOr type;
    default = null;
    inherit description;
  };

  # One layer of settings is one definition: kept as it is written, with its file, and merged with the other layers by the role's interface.
  layer = mkOption {
    type = types.deferredModule;
    default = { };
    description = "Settings of this layer, in the terms of the role's interface.";
  };

  # Labels of at most 63 characters, with dots between them.
  domainNames = "${label}(\\.${label})*";
  label = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";

  deploy.options = {
    targetHost = optional types.str "Where the machine is reached, with the user.";
    buildHost = optional types.str "Where its system is built.";
    forwardAgent = optional types.bool "Whether the ssh agent is forwarded.";
  };

  machine =
    { name, ... }:
    {
      options = {
        name = mkOption {
          type = types.str;
          default = name;
          description = "The machine's name.";
        };
        description = optional types.str "What the machine is for.";
        icon = optional types.str "Path of a picture.";
        machineClass = mkOption {
          type = types.enum [
            "nixos"
            "darwin"
          ];
          default = "nixos";
          description = "What the machine runs.";
        };
        installedAt = optional types.int "When it was installed, in seconds since 1970.";
        tags = mkOption {
          type = types.listOf types.str;
          default = [ ];
          apply = lib.unique;
          description = "Tags of the machine.";
        };
        deploy = mkOption {
          type = types.submodule deploy;
          default = { };
          description = "How the machine is deployed.";
        };
      };
      config.tags = lib.mkOrder 1600 (tagsByName.${name} or [ ]);
    };

  role = {
    options = {
      machines = mkOption {
        type = types.lazyAttrsOf (types.submodule { options.settings = layer; });
        default = { };
        description = "Machines that have the role.";
      };
      tags = mkOption {
        type = types.coercedTo (types.listOf types.str) (tags: lib.genAttrs tags (_: { })) (
          types.lazyAttrsOf (types.submodule { options.settings = layer; })
        );
        default = { };
        description = "Tags whose machines have the role.";
      };
      excludeMachines = mkOption {
        type = types.listOf types.str;
        default = [ ];
        description = "Machines that a tag selects and that still do not get the role.";
      };
      settings = layer;
      extraModules = mkOption {
        type = types.listOf types.raw;
        default = [ ];
        description = "Further modules of every machine that has the role.";
      };
    };
  };

  instance =
    { name, ... }:
    {
      options = {
        module = mkOption {
          type = types.submodule {
            options = {
              name = mkOption {
                type = types.str;
                default = name;
                description = "Name of the service.";
              };
              input = optional types.str "Flake input that has the service; \"self\" for this flake.";
            };
          };
          default = { };
          description = "The service this is an instance of.";
        };
        roles = mkOption {
          type = types.lazyAttrsOf (types.submodule role);
          default = { };
          description = "Who does what.";
        };
        resolve = mkOption {
          type = types.raw;
          default = null;
          internal = true;
        };
      };
    };

  # Tags may be a function of the machines; it must not read their tags.
  computedTags =
    { config, ... }:
    {
      freeformType = types.lazyAttrsOf (types.listOf types.str);
      config = {
        all = lib.mkDefault (lib.attrNames inventory.machines);
        nixos = lib.mkDefault (ofClass "nixos");
        darwin = lib.mkDefault (ofClass "darwin");
      };
    };
  ofClass =
    class: lib.filter (name: inventory.machines.${name}.machineClass == class) (lib.attrNames inventory.machines);
in
{
  _file = "fleetd: inventory";
  options = {
    meta = mkOption {
      type = types.submodule {
        freeformType = types.lazyAttrsOf types.raw;
        options = {
          name = mkOption {
            type = types.strMatching "[a-zA-Z0-9_-]*";
            description = "Name of the fleet.";
          };
          description = optional types.str "What the fleet is.";
          icon = optional types.str "Path of a picture.";
          tld = optional (types.strMatching "[a-z]+") "Earlier name of domain.";
          domain = mkOption {
            type = types.strMatching domainNames;
            default = if inventory.meta.tld != null then inventory.meta.tld else "clan";
            description = "Domain of the machines' names.";
          };
        };
      };
      default = { };
      description = "Name and domain of the fleet.";
    };
    machines = mkOption {
      type = types.lazyAttrsOf (types.submodule machine);
      default = { };
      description = "Machines of the fleet.";
    };
    tags = mkOption {
      type = types.submoduleWith {
        specialArgs = { inherit (inventory) machines; };
        modules = [ computedTags ];
      };
      default = { };
      description = "Machines by tag, beside the tags written at the machines.";
    };
    instances = mkOption {
      type = types.lazyAttrsOf (types.submodule instance);
      default = { };
      description = "Instances of services.";
    };
    modules = mkOption {
      type = types.raw;
      default = { };
      internal = true;
    };
    # Instances as clan wrote them earlier. Whoever reads the inventory says so.
    services = mkOption {
      type = types.lazyAttrsOf types.raw;
      default = { };
      internal = true;
    };
  };
}
