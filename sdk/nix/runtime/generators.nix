# What scripts of generators run with on the system of whoever runs them: fleetdGenerators.<system>.<class>.<host>.<generator> is a
# file that says where the packages are and what the script is.
#   configurations  class -> name -> configuration
{ configurations }:
let
  inherit (builtins) isPath mapAttrs readFile;

  systems = {
    aarch64-darwin = null;
    aarch64-linux = null;
    riscv64-linux = null;
    x86_64-darwin = null;
    x86_64-linux = null;
  };

  # Scripts run where the operator is, so a host of another platform is looked at as if it were of this one.
  onSystem =
    system: class: configuration:
    let
      own = configuration.pkgs.stdenv.hostPlatform.system or system;
    in
    if own == system || class == "home" then
      configuration
    else
      configuration.extendModules {
        modules = [ ({ lib, ... }: { nixpkgs.hostPlatform = lib.mkForce system; }) ];
      };

  binOf = package: "${package.bin or package.out or package}/bin";

  toolsOf =
    system: class: host: configuration:
    let
      looked = onSystem system class configuration;
      inherit (looked) pkgs;
    in
    name: generator:
    derivation {
      name = "fleetd-generator";
      inherit system;
      builder = "${pkgs.bash}/bin/bash";
      # The shell stays until the end: a builder that has closed its output (as cp does before it ends) is killed by Nix before 2.9.
      args = [
        "-c"
        "${pkgs.coreutils}/bin/cp \"$textPath\" \"$out\" && exit 0"
      ];
      passAsFile = [ "text" ];
      preferLocalBuild = true;
      allowSubstitutes = false;
      text = builtins.toJSON {
        of = "${class}/${host}/${name}";
        shell = "${pkgs.bash}/bin/bash";
        coreutils = "${pkgs.coreutils}/bin";
        path = map binOf (generator.runtimeInputs or [ ]);
        script = if isPath generator.script then readFile generator.script else toString generator.script;
      };
    };

  ofHost =
    system: class: host: configuration:
    mapAttrs (toolsOf system class host configuration)
      (onSystem system class configuration).config.clan.core.vars.generators;
in
mapAttrs (system: _: mapAttrs (class: mapAttrs (ofHost system class)) configurations) systems
