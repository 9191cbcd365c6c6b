# The options of clan.core: generated variables with clan's types, layout and places, what is to be backed up, how the machine is reached.
# fleetd evaluates them to check hosts, and Nix when a host is built; both take them from here.
#   class    nixos or darwin
#   natives  types of what only Nix can tell apart: text, package, script
#   fileOf   generator: file: { path, exists, value, flakePath } of one file
{ lib }:
{
  class,
  natives,
  fileOf,
}:
let
  inherit (lib) mkOption types;

  text =
    default: description:
    mkOption {
      type = types.str;
      inherit default description;
    };
  flag =
    default: description:
    mkOption {
      type = types.bool;
      inherit default description;
    };
  nullable =
    type: description:
    mkOption {
      type = types.nullOr type;
      default = null;
      inherit description;
    };
  set =
    type: description:
    mkOption {
      type = types.attrsOf type;
      default = { };
      inherit description;
    };

  fileModule =
    generator:
    { name, config, ... }:
    let
      here = fileOf generator config;
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
          default = if generator.store == null then "services" else "activation";
          defaultText = "services; activation for what a plugin keeps";
          description = "What the file has to be there for.";
        };
        restartUnits = mkOption {
          type = types.listOf types.str;
          default = [ ];
          description = "Units to restart when it changes.";
        };
        path = mkOption {
          type = natives.text;
          default = here.path;
          defaultText = "where the backend puts it";
          description = "Where the file is: on the machine, or in the repository when it is public.";
        };
        exists = mkOption {
          type = types.bool;
          default = here.exists;
          defaultText = "whether the repository has it";
          description = "Whether the repository has it.";
        };
        value = mkOption {
          type = natives.text;
          default = here.value;
          defaultText = "its content";
          description = "Content of a public file.";
        };
        flakePath = mkOption {
          type = types.raw;
          default = here.flakePath;
          defaultText = "where the repository has it";
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
          type = types.submodule {
            options = {
              group = nullable types.str "Heading it is shown under.";
              label = nullable types.str "What it is called.";
              required = flag true "Whether it has to be answered.";
              helperText = nullable types.str "What is said below it.";
            };
          };
          default = { };
          description = "Hints for forms.";
        };
      };
    };

  # What a change of makes the files anew: plain data, two levels deep at most.
  plain = types.oneOf [
    types.bool
    types.int
    types.str
  ];
  validation = types.nullOr (types.either plain (types.attrsOf (types.either plain (types.attrsOf plain))));

  generatorModule =
    { name, config, ... }:
    {
      options = {
        name = text name "Name of the generator.";
        files = set (types.submodule (fileModule config)) "Files it makes.";
        prompts = set (types.submodule promptModule) "What people are asked for.";
        dependencies = mkOption {
          type = types.listOf types.str;
          default = [ ];
          description = "Generators whose files it reads.";
        };
        validation = mkOption {
          type = validation;
          default = null;
          description = "When this changes, the files are made anew.";
        };
        runtimeInputs = mkOption {
          type = types.listOf natives.package;
          default = [ ];
          description = "Packages of the script.";
        };
        script = mkOption {
          type = natives.script;
          default = "";
          description = "Shell code that writes the files.";
        };
        builtin = nullable (types.attrsOf types.anything) "A generator of fleetd's own and its parameters, in place of a script.";
        share = flag false "Whether all machines have the same files.";
        store = nullable types.str "The plugin of fleetd that keeps the files, in place of the repository.";
      };
      config.files = lib.mapAttrs (_: _: { }) (lib.filterAttrs (_: prompt: prompt.persist) config.prompts);
    };

  # What surrounds a backup of one state, as commands of the machine.
  stateModule =
    { name, config, ... }:
    let
      script = when: nullable types.lines "Shell code that runs ${when}.";
      command =
        which:
        mkOption {
          type = types.nullOr types.str;
          default = if config."${which}Script" == null then null else "${dashed which}-${config.name}";
          defaultText = "the command of the script";
          description = "The command with the script; null without one.";
        };
      dashed = which: lib.replaceStrings [ "Backup" "Restore" ] [ "-backup" "-restore" ] which;
    in
    {
      freeformType = types.lazyAttrsOf types.raw;
      options = {
        name = mkOption {
          type = types.strMatching "^[a-zA-Z0-9_-]+$";
          default = name;
          description = "Name of the state.";
        };
        folders = mkOption {
          type = types.listOf types.str;
          default = [ ];
          description = "Directories that hold it.";
        };
        preBackupScript = script "before it is backed up";
        preBackupCommand = command "preBackup";
        postBackupScript = script "after it was backed up";
        postBackupCommand = command "postBackup";
        preRestoreScript = script "before it is restored";
        preRestoreCommand = command "preRestore";
        postRestoreScript = script "after it was restored";
        postRestoreCommand = command "postRestore";
      };
    };

  providerModule =
    { name, ... }:
    {
      options = {
        name = text name "Name of the provider.";
        create = mkOption {
          type = types.str;
          description = "Command that makes a backup.";
        };
        list = mkOption {
          type = types.str;
          description = "Command that lists backups as JSON.";
        };
        restore = mkOption {
          type = types.str;
          description = "Command that restores the backup $NAME, of it what $FOLDERS says.";
        };
      };
    };

  open = description: mkOption {
    type = types.submodule { freeformType = types.lazyAttrsOf types.raw; };
    default = { };
    inherit description;
  };
in
{
  options.clan.core = {
    settings = mkOption {
      type = types.submodule {
        freeformType = types.lazyAttrsOf types.raw;
        options.machine = mkOption {
          type = types.lazyAttrsOf types.raw;
          default = { };
          description = "Name and looks of the machine.";
        };
      };
      default = { };
      description = "What the machine is in its fleet.";
    };
    vars = {
      generators = set (types.submodule generatorModule) "Generated variables and secrets.";
      settings = open "Where values are stored.";
      sops.secretUploadDirectory = text "/var/lib/sops-nix" "Where the machine's key is.";
      age.secretLocation = text "/etc/secret-vars" "Where the machine's key is.";
      password-store = {
        secretLocation = text "/etc/secret-vars" "Where values are brought to.";
        passCommand = mkOption {
          type = types.enum [
            "pass"
            "passage"
          ];
          default = "passage";
          description = "The program that keeps values.";
        };
      };
    };
    sops.defaultGroups = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Groups that can read every secret of the machine.";
    };
    state = set (types.submodule stateModule) "What is to be backed up.";
    backups.providers = set (types.submodule providerModule) "What makes and restores backups.";
    deployment.requireExplicitUpdate = flag false "Whether the machine is deployed only when it is named.";
    networking = mkOption {
      type = types.submodule {
        freeformType = types.lazyAttrsOf types.raw;
        options = {
          targetHost = nullable types.str "Where the machine is reached.";
          buildHost = nullable types.str "Where its system is built.";
        }
        // lib.optionalAttrs (class == "darwin") {
          extraHosts = set types.lines "Names for /etc/hosts, by who adds them.";
        };
      };
      default = { };
      description = "How the machine is reached.";
    };
  };
}
