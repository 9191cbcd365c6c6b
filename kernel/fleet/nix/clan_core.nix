# clan.core of one machine: generated variables with their places in the repository and on the machine, state, settings. The layout is
# clan's; what only clan-core itself declares stays open.
{ lib, kernel, ... }:
{
  directory,
  machine,
  class,
}:
{ config, ... }:
let
  inherit (lib) mkOption types;
  vars = config.clan.core.vars;

  text = default: description: mkOption {
    type = types.str;
    inherit default description;
  };
  nullable = type: description: mkOption {
    type = types.nullOr type;
    default = null;
    inherit description;
  };
  flag = default: description: mkOption {
    type = types.bool;
    inherit default description;
  };

  place = generator: if generator.share then "shared/${generator.name}" else "per-machine/${machine}/${generator.name}";

  # Where a secret is at run time.
  runtimePath =
    generator: file:
    let
      relative = "${place generator}/${file.name}";
      store = vars.settings.secretStore or "sops";
      uploaded = {
        age = vars.age.secretLocation;
        password-store = vars.password-store.secretLocation;
      };
      base =
        if file.neededFor == "partitioning" then
          "/run/partitioning-secrets"
        else if file.neededFor == "activation" then
          "${uploaded.${store} or vars.sops.secretUploadDirectory}/activation"
        else if file.neededFor == "users" then
          if uploaded ? ${store} then "/run/user-secrets" else "/run/secrets-for-users/vars"
        else if uploaded ? ${store} then
          "/run/secrets"
        else
          "/run/secrets/vars";
    in
    "${base}/${relative}";

  fileModule =
    generator:
    { name, config, ... }:
    let
      stored = kernel.join directory "vars/${place generator}/${name}/value";
    in
    {
      options = {
        name = text name "Name of the file.";
        secret = flag true "Whether the content is encrypted in the repository.";
        deploy = flag true "Whether machines get it.";
        owner = text "root" "Who owns the file on the machine.";
        group = text (if class == "darwin" then "wheel" else "root") "Group of the file on the machine.";
        mode = mkOption {
          type = types.strMatching "^[0-7]{4}$";
          default = "0400";
          description = "Permissions of the file on the machine.";
        };
        neededFor = mkOption {
          type = types.enum [
            "partitioning"
            "activation"
            "users"
            "services"
          ];
          default = "services";
          description = "What the file has to be there for.";
        };
        restartUnits = mkOption {
          type = types.listOf types.str;
          default = [ ];
          description = "Units to restart when it changes.";
        };
        path = mkOption {
          type = types.raw;
          default = if config.secret then runtimePath generator config else stored;
          description = "Where the file is: on the machine, or in the repository when it is public.";
        };
        exists = mkOption {
          type = types.bool;
          default = stored != null && kernel.exists stored;
          description = "Whether the repository has it.";
        };
        value = mkOption {
          type = types.raw;
          default =
            if config.secret then
              throw "${generator.name}/${name} is secret: its value is never part of a configuration"
            else if config.exists then
              builtins.readFile stored
            else
              kernel.unknown "config.clan.core.vars.generators.${generator.name}.files.${name}.value";
          description = "Content of a public file.";
        };
        flakePath = mkOption {
          type = types.raw;
          default = stored;
          internal = true;
        };
      };
    };

  promptModule =
    { name, ... }:
    {
      options = {
        name = text name "Name of the prompt.";
        description = text name "What is asked for.";
        type = mkOption {
          type = types.enum [
            "line"
            "hidden"
            "multiline"
            "multiline-hidden"
          ];
          default = "line";
          description = "How it is read.";
        };
        persist = flag false "Whether the answer is kept as a file of the same name.";
        display = mkOption {
          type = types.raw;
          default = { };
          description = "Hints for forms.";
        };
      };
    };

  generatorModule =
    { name, config, ... }:
    {
      options = {
        name = text name "Name of the generator.";
        files = mkOption {
          type = types.attrsOf (types.submodule (fileModule config));
          default = { };
          description = "Files it makes.";
        };
        prompts = mkOption {
          type = types.attrsOf (types.submodule promptModule);
          default = { };
          description = "What people are asked for.";
        };
        dependencies = mkOption {
          type = types.listOf types.str;
          default = [ ];
          description = "Generators whose files it reads.";
        };
        validation = mkOption {
          type = types.anything;
          default = null;
          description = "When this changes, the files are made anew.";
        };
        runtimeInputs = mkOption {
          type = types.listOf types.raw;
          default = [ ];
          description = "Packages of the script.";
        };
        script = mkOption {
          type = types.raw;
          default = "";
          description = "Shell code that writes the files.";
        };
        builtin = nullable (types.attrsOf types.anything) "A generator of fleetd's own and its parameters, in place of a script.";
        share = flag false "Whether all machines have the same files.";
      };
      config.files = lib.mapAttrs (_: _: { }) (lib.filterAttrs (_: prompt: prompt.persist) config.prompts);
    };
in
{
  _file = "fleetd: clan.core";
  _fleetdPlatform = true;
  options.clan.core = {
    settings = mkOption {
      type = types.submodule { freeformType = types.lazyAttrsOf types.raw; };
      default = { };
      description = "What the machine is in its clan.";
    };
    vars = {
      generators = mkOption {
        type = types.attrsOf (types.submodule generatorModule);
        default = { };
        description = "Generated variables and secrets.";
      };
      settings = mkOption {
        type = types.submodule { freeformType = types.lazyAttrsOf types.raw; };
        default = { };
        description = "Where values are stored.";
      };
      sops.secretUploadDirectory = text "/var/lib/sops-nix" "Where the machine's key is.";
      age.secretLocation = text "/etc/secret-vars" "Where the machine's key is.";
      password-store = {
        secretLocation = text "/etc/secret-vars" "Where values are brought to.";
        passCommand = text "passage" "The program that keeps values: pass or passage.";
      };
    };
    sops.defaultGroups = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Groups that can read every secret of the machine.";
    };
    state = mkOption {
      type = types.attrsOf (
        types.submodule (
          { name, ... }:
          {
            freeformType = types.lazyAttrsOf types.raw;
            options = {
              name = text name "Name of the state.";
              folders = mkOption {
                type = types.listOf types.str;
                default = [ ];
                description = "Directories that hold it.";
              };
            };
          }
        )
      );
      default = { };
      description = "What is to be backed up.";
    };
    deployment.requireExplicitUpdate = flag false "Whether the machine is deployed only when it is named.";
    networking.targetHost = nullable types.str "Where the machine is reached.";
    networking.buildHost = nullable types.str "Where its system is built.";
  };
}
