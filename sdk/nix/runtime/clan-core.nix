# clan.core for a host that clan-core does not make: generated variables with clan's types, layout and places, and their delivery: by
# sops-nix, or decrypted with age when the system is activated.
# A host moves between this and clan-core without a secret being touched.
#   machine    name of the host
#   class      nixos or darwin
#   directory  of the fleet
{
  machine,
  class,
  directory,
}:
{
  config,
  lib,
  options,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  vars = config.clan.core.vars;
  store = vars.settings.secretStore or "sops";

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

  place = generator: if generator.share then "shared/${generator.name}" else "per-machine/${machine}/${generator.name}";
  stored = generator: file: kind: directory + "/vars/${place generator}/${file}/${kind}";
  # A file of the repository as a store path of its own, so that a system keeps just this file alive.
  kept =
    generator: file: path:
    "${builtins.path {
      name = lib.replaceStrings [ "/" "@" ] [ "-" "-" ] "${place generator}/${file}";
      inherit path;
    }}";

  runtimePath =
    generator: file:
    let
      base = {
        partitioning = "/run/partitioning-secrets";
        activation = "${keyDirectory}/activation";
        users = if store == "sops" then "/run/secrets-for-users/vars" else "/run/user-secrets";
        services = if store == "sops" then "/run/secrets/vars" else "/run/secrets";
      };
    in
    "${base.${file.neededFor}}/${place generator}/${file.name}";

  # Where what is uploaded comes to, the machine's key among it.
  keyDirectory =
    {
      age = vars.age.secretLocation;
      password-store = vars.password-store.secretLocation;
    }
    .${store} or vars.sops.secretUploadDirectory;

  make = "`fleetd vars generate` makes it";

  fileModule =
    generator:
    { name, config, ... }:
    let
      public = stored generator name "value";
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
          type = types.str;
          default =
            if config.secret then
              runtimePath generator config
            else if config.exists then
              kept generator name public
            else
              toString public;
          defaultText = "where the backend puts it";
          description = "Where the file is: on the machine, or in the store when it is public.";
        };
        exists = mkOption {
          type = types.bool;
          default =
            if config.secret then
              throw "${generator.name}/${name} is secret: whether it exists is no part of a configuration"
            else
              builtins.pathExists public;
          defaultText = "whether the repository has it";
          description = "Whether the repository has it.";
        };
        value = mkOption {
          type = types.str;
          default =
            if config.secret then
              throw "${generator.name}/${name} is secret: its value is never part of a configuration"
            else if config.exists then
              builtins.readFile public
            else
              throw "${place generator}/${name} has no value yet: ${make}";
          defaultText = "its content";
          description = "Content of a public file.";
        };
        flakePath = mkOption {
          type = types.raw;
          default = if config.secret then stored generator name "secret" else public;
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
              required = flag true "Whether it may be left empty.";
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
          type = validation;
          default = null;
          description = "When this changes, the files are made anew.";
        };
        validationHash = mkOption {
          type = types.nullOr types.str;
          internal = true;
          readOnly = true;
          default =
            if config.validation == null then null else builtins.hashString "sha256" (builtins.toJSON config.validation);
          defaultText = "of the validation";
        };
        runtimeInputs = mkOption {
          type = types.listOf types.package;
          default = [ ];
          description = "Packages of the script.";
        };
        script = mkOption {
          type = types.either types.str types.path;
          default = "";
          description = "Shell code that writes the files.";
        };
        builtin = nullable (types.attrsOf types.anything) "The generator of fleetd that makes the files, and its parameters.";
        share = flag false "Whether all machines have the same files.";
      };
      config.files = lib.mapAttrs (_: _: { }) (lib.filterAttrs (_: prompt: prompt.persist) config.prompts);
    };

  # Where the repository has a secret of a machine.
  sealed =
    generator: file:
    if store == "age" then
      directory + "/secrets/clan-vars/${place generator}/${file}/${file}.age"
    else
      stored generator file "secret";

  # What is put on the machine when it is activated: only what is in the repository already, so that a first evaluation succeeds.
  broughtBy =
    wanted:
    lib.optionals (store == wanted) (
      lib.concatMap (
        generator:
        map (file: { inherit generator file; }) (
          lib.filter (
            file:
            file.secret
            && file.deploy
            && (file.neededFor == "users" || file.neededFor == "services")
            && builtins.pathExists (sealed generator file.name)
          ) (lib.attrValues generator.files)
        )
      ) (lib.attrValues vars.generators)
    );
  delivered = broughtBy "sops";
  decrypted = broughtBy "age";

  decrypt =
    phase:
    import ./age-secrets.nix {
      inherit lib pkgs phase;
      key = "${keyDirectory}/key.txt";
      files = map (
        { generator, file }:
        file
        // {
          place = "${place generator}/${file.name}";
          source = kept generator file.name (sealed generator file.name);
        }
      ) (lib.filter ({ file, ... }: file.neededFor == phase) decrypted);
    };
  # Where users are not made by activation scripts, neither can these be.
  hasUnits = (config.systemd.sysusers.enable or false) || (config.services.userborn.enable or false);
  neededBy = phase: lib.any ({ file, ... }: file.neededFor == phase) decrypted;

  sopsSecret =
    { generator, file }:
    lib.nameValuePair "vars/${place generator}/${file.name}" (
      {
        sopsFile = kept generator file.name (stored generator file.name "secret");
        format = "binary";
        inherit (file) owner group mode;
      }
      // lib.optionalAttrs (file.neededFor == "users") { neededForUsers = true; }
      // lib.optionalAttrs (file.restartUnits != [ ] && class == "nixos") { inherit (file) restartUnits; }
    );

  onlyNixos = lib.filter ({ file, ... }: file.restartUnits != [ ]) delivered;
  openFiles = lib.concatMap (
    generator:
    map (file: "${generator.name}/${file.name}") (
      lib.filter (file: !file.secret && (file.owner != "root" || file.mode != "0400")) (lib.attrValues generator.files)
    )
  ) (lib.attrValues vars.generators);
in
{
  _file = "fleetd: clan.core";

  options.clan.core = {
    settings = mkOption {
      type = types.submodule { freeformType = types.lazyAttrsOf types.raw; };
      default = { };
      description = "What the machine is in its fleet.";
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
    networking = mkOption {
      type = types.submodule {
        freeformType = types.lazyAttrsOf types.raw;
        options = {
          targetHost = nullable types.str "Where the machine is reached.";
          buildHost = nullable types.str "Where its system is built.";
        };
      };
      default = { };
      description = "How the machine is reached.";
    };
  };

  config = {
    clan.core.settings = {
      directory = lib.mkDefault directory;
      machine.name = lib.mkDefault machine;
    };
    warnings = lib.mkIf (openFiles != [ ]) [
      "owner and mode of public files mean nothing: ${lib.concatStringsSep ", " openFiles}"
    ];
    assertions = [
      {
        assertion = delivered == [ ] || options ? sops;
        message = "the secrets of ${machine} are brought by sops-nix: import inputs.sops-nix.${class}Modules.sops";
      }
      {
        assertion = decrypted == [ ] || class == "nixos";
        message = "secrets of the age store are brought to NixOS only: for ${machine} use the sops store, or clan-core";
      }
      {
        assertion = decrypted == [ ] || (config.sops.secrets or { }) == { };
        message = "the age store and sops-nix both want /run/secrets on ${machine}: keep all of its secrets in one store";
      }
      {
        assertion =
          builtins.elem store [
            "sops"
            "age"
          ]
          || !(lib.any (generator: lib.any (file: file.secret && file.deploy) (lib.attrValues generator.files)) (
            lib.attrValues vars.generators
          ));
        message = "secrets of the store ${store} are brought to ${machine} by clan's own tools: let clan-core make it, or move them to another store";
      }
      {
        assertion = class == "nixos" || onlyNixos == [ ];
        message = "restartUnits are units of systemd: ${
          lib.concatMapStringsSep ", " ({ generator, file }: "${generator.name}/${file.name}") onlyNixos
        }";
      }
    ];
  }
  // lib.optionalAttrs (options ? sops) {
    sops = {
      secrets = lib.listToAttrs (map sopsSecret delivered);
      age.keyFile = lib.mkIf (delivered != [ ]) (lib.mkDefault "${vars.sops.secretUploadDirectory}/key.txt");
    };
  }
  // lib.optionalAttrs (options ? system && options.system ? activationScripts) {
    system.activationScripts = lib.mkIf (!hasUnits) {
      fleetdUserSecrets = lib.mkIf (neededBy "users") (
        lib.stringAfter [ "specialfs" ] (decrypt "users" "/run/user-secrets")
      );
      users = lib.mkIf (neededBy "users") { deps = [ "fleetdUserSecrets" ]; };
      fleetdSecrets = lib.mkIf (neededBy "services") (
        lib.stringAfter [
          "specialfs"
          "users"
          "groups"
        ] (decrypt "services" "/run/secrets")
      );
    };
  }
  // lib.optionalAttrs (options ? systemd && options.systemd ? services) {
    systemd.services = lib.mkIf hasUnits {
      fleetd-user-secrets = lib.mkIf (neededBy "users") {
        wantedBy = [ "sysinit.target" ];
        before = [
          "systemd-sysusers.service"
          "userborn.service"
        ];
        unitConfig.DefaultDependencies = false;
        serviceConfig = {
          Type = "oneshot";
          RemainAfterExit = true;
        };
        script = decrypt "users" "/run/user-secrets";
      };
      fleetd-secrets = lib.mkIf (neededBy "services") {
        wantedBy = [ "sysinit.target" ];
        after = [
          "systemd-sysusers.service"
          "userborn.service"
        ];
        before = [ "sysinit.target" ];
        unitConfig.DefaultDependencies = false;
        serviceConfig = {
          Type = "oneshot";
          RemainAfterExit = true;
        };
        script = decrypt "services" "/run/secrets";
      };
    };
  };
}
