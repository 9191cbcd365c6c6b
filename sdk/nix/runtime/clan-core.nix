# clan.core for a host that clan-core does not make: generated variables with clan's types, layout and places, and their delivery: by
# sops-nix, or when the system is activated, decrypted with age or out of an archive of a password store.
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

  fileOf =
    generator: file:
    let
      public = stored generator file.name "value";
      there = builtins.pathExists public;
    in
    {
      path =
        if file.secret then
          runtimePath generator file
        else if there then
          kept generator file.name public
        else
          toString public;
      exists =
        if file.secret then
          throw "${generator.name}/${file.name} is secret: whether it exists is no part of a configuration"
        else
          there;
      value =
        if file.secret then
          throw "${generator.name}/${file.name} is secret: its value is never part of a configuration"
        else if there then
          builtins.readFile public
        else
          throw "${place generator}/${file.name} has no value yet: ${make}";
      flakePath = if file.secret then stored generator file.name "secret" else public;
    };

  # clan's tools look for it, fleetd computes it by itself.
  hashed = {
    options.clan.core.vars.generators = mkOption {
      type = types.attrsOf (
        types.submodule (
          { config, ... }:
          {
            options.validationHash = mkOption {
              type = types.nullOr types.str;
              internal = true;
              readOnly = true;
              default =
                if config.validation == null then null else builtins.hashString "sha256" (builtins.toJSON config.validation);
              defaultText = "of the validation";
            };
          }
        )
      );
    };
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
            && generator.store == null
            && (file.neededFor == "users" || file.neededFor == "services")
            && builtins.pathExists (sealed generator file.name)
          ) (lib.attrValues generator.files)
        )
      ) (lib.attrValues vars.generators)
    );
  delivered = broughtBy "sops";
  decrypted = broughtBy "age";
  # Nothing in the repository says which values a password store has.
  unpacked = lib.optionals (store == "password-store") (
    lib.concatMap (
      generator:
      map (file: { inherit generator file; }) (
        lib.filter (
          file:
          file.secret && file.deploy && (file.neededFor == "users" || file.neededFor == "services")
        ) (lib.attrValues generator.files)
      )
    ) (lib.attrValues vars.generators)
  );
  activated = decrypted ++ unpacked;

  bring =
    phase:
    if store == "password-store" then
      import ./password-secrets.nix {
        inherit
          lib
          pkgs
          phase
          machine
          ;
        archive = "${keyDirectory}/${if phase == "users" then "secrets_for_users" else "secrets"}.tar.gz";
      }
    else
      decrypt phase;
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
  neededBy = phase: lib.any ({ file, ... }: file.neededFor == phase) activated;

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
  # What a plugin keeps is never in the repository: only an upload or an installation brings it. To machines of a password store they bring everything.
  late = lib.optionals (store != "password-store") (
    lib.concatMap (
      generator:
      map (file: "${generator.name}/${file.name}") (
        lib.filter (file: file.deploy && file.neededFor != "activation" && file.neededFor != "partitioning") (
          lib.optionals (generator.store != null) (lib.attrValues generator.files)
        )
      )
    ) (lib.attrValues vars.generators)
  );
  openFiles = lib.concatMap (
    generator:
    map (file: "${generator.name}/${file.name}") (
      lib.filter (file: !file.secret && (file.owner != "root" || file.mode != "0400")) (lib.attrValues generator.files)
    )
  ) (lib.attrValues vars.generators);
  # Scripts of states, as the commands that backups call.
  stateCommands = lib.concatMap (
    state:
    lib.concatMap
      (
        which:
        lib.optional (state."${which}Command" != null) (
          pkgs.writeShellScriptBin state."${which}Command" "set -eu -o pipefail\n${toString state."${which}Script"}"
        )
      )
      [
        "preBackup"
        "postBackup"
        "preRestore"
        "postRestore"
      ]
  ) (lib.attrValues config.clan.core.state);
in
{
  _file = "fleetd: clan.core";

  imports = [
    (import ./clan-core-options.nix { inherit lib; } {
      inherit class fileOf;
      natives = {
        text = types.str;
        package = types.package;
        script = types.either types.str types.path;
      };
    })
    hashed
  ]
  ++ lib.optional (class == "darwin") ./darwin-hosts.nix;

  config = {
    clan.core.settings = {
      directory = lib.mkDefault directory;
      machine.name = lib.mkDefault machine;
    };
    environment.systemPackages = stateCommands;
    warnings = lib.mkIf (openFiles != [ ]) [
      "owner and mode of public files mean nothing: ${lib.concatStringsSep ", " openFiles}"
    ];
    assertions = [
      {
        assertion = delivered == [ ] || options ? sops;
        message = "the secrets of ${machine} are brought by sops-nix: import inputs.sops-nix.${class}Modules.sops";
      }
      {
        assertion = activated == [ ] || class == "nixos";
        message = "secrets of the ${store} store are brought to NixOS only: for ${machine} use the sops store, or clan-core";
      }
      {
        assertion = activated == [ ] || (config.sops.secrets or { }) == { };
        message = "the ${store} store and sops-nix both want /run/secrets on ${machine}: keep all of its secrets in one store";
      }
      {
        assertion =
          builtins.elem store [
            "sops"
            "age"
            "password-store"
          ]
          || !(lib.any (generator: lib.any (file: file.secret && file.deploy) (lib.attrValues generator.files)) (
            lib.attrValues vars.generators
          ));
        message = "secrets of the store ${store} are brought to ${machine} by clan's own tools: let clan-core make it, or move them to another store";
      }
      {
        assertion = late == [ ];
        message = "what a plugin keeps is brought by an upload or an installation, so it is neededFor activation or partitioning: ${lib.concatStringsSep ", " late}";
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
        lib.stringAfter [ "specialfs" ] (bring "users" "/run/user-secrets")
      );
      users = lib.mkIf (neededBy "users") { deps = [ "fleetdUserSecrets" ]; };
      fleetdSecrets = lib.mkIf (neededBy "services") (
        lib.stringAfter [
          "specialfs"
          "users"
          "groups"
        ] (bring "services" "/run/secrets")
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
        script = bring "users" "/run/user-secrets";
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
        script = bring "services" "/run/secrets";
      };
    };
  };
}
