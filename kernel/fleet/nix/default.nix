# Level F: what fleetd knows natively of the flake inputs that describe a fleet. Evaluated by fleetd itself, never by Nix.
# `kernel` holds the natives of kernel/fleet/intrinsics.cpp.
{ lib, kernel }:
let
  # Which release of nixpkgs a fleet uses is not known here, so its modules must not be told one.
  releaseNames = [
    "codeName"
    "isInOldestRelease"
    "nixpkgsVersion"
    "oldestSupportedRelease"
    "oldestSupportedReleaseIsAtLeast"
    "release"
    "version"
    "versionSuffix"
  ];
  withoutRelease =
    set: lib.genAttrs (lib.filter (name: set ? ${name}) releaseNames) (name: kernel.unknown "lib.${name}");
  fleetLib = lib.extend (
    _: previous: withoutRelease previous // { trivial = previous.trivial // withoutRelease previous.trivial; }
  );

  scope = {
    inherit lib kernel fleetLib;
    inherit (self)
      evalHost
      hosts
      flakeParts
      home
      clan
      importTree
      deploy
      flakeUtils
      ;
  };
  self = {
    evalHost = kernel.part "host" scope;
    hosts = kernel.part "systems" scope;
    home = kernel.part "home_manager" scope;
    flakeParts = kernel.part "flake_parts" scope;
    importTree = kernel.part "import_tree" scope;
    clan = kernel.part "clan" scope;
    deploy = kernel.part "deploy" scope;
    flakeUtils = kernel.part "flake_utils" scope;
    inputs = kernel.part "inputs" scope;
    repository = kernel.part "repository" scope;
    # clan.core of a machine that clan-core does not make.
    clanCore = arguments: {
      _file = "fleetd: clan.core of ${arguments.machine}";
      imports = [ (kernel.part "clan_core" { inherit lib kernel; } arguments) ];
      clan.core.settings = {
        inherit (arguments) directory;
        machine.name = arguments.machine;
      };
    };
  };
in
self
