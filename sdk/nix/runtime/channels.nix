# Packages of channels, fallbacks, and what the fleet itself adds, for hosts of every class.
#   inputs    what Nix passes to the outputs of a flake
#   channels  name -> { input, patches }: pkgs.<name>
#   fallbacks package -> platform ("all", "linux", "darwin", a system) -> name of a channel
#   packages  name -> file for callPackage
#   overlays  files, each with an overlay or a list of overlays
#   patches   package -> files
{ inputs }:
{
  channels ? { },
  fallbacks ? { },
  packages ? { },
  overlays ? [ ],
  patches ? { },
}:
let
  inherit (builtins)
    attrNames
    concatMap
    filter
    isList
    listToAttrs
    mapAttrs
    ;

  source =
    prev: channel:
    let
      base = inputs.${channel.input};
    in
    if channel.patches == [ ] then
      base
    else
      (import base { inherit (prev.stdenv.hostPlatform) system; }).applyPatches {
        name = "nixpkgs-${channel.input}-patched";
        src = base;
        inherit (channel) patches;
      };

  access =
    _final: prev:
    mapAttrs (
      _: channel:
      import (source prev channel) {
        inherit (prev.stdenv.hostPlatform) system;
        config = prev.config or { };
      }
    ) channels;

  # The one that is most exact decides.
  channelFor =
    platform: each:
    each.${platform.system} or (
      if platform.isDarwin then
        each.darwin or each.all or null
      else if platform.isLinux then
        each.linux or each.all or null
      else
        each.all or null
    );

  fallback =
    final: prev:
    let
      platform = prev.stdenv.hostPlatform;
    in
    listToAttrs (
      map (package: {
        name = package;
        value = final.${channelFor platform fallbacks.${package}}.${package};
      }) (filter (package: channelFor platform fallbacks.${package} != null) (attrNames fallbacks))
    );

  own = final: _prev: mapAttrs (_: file: final.callPackage file { }) packages;

  patched =
    _final: prev:
    mapAttrs (
      package: files: prev.${package}.overrideAttrs (old: { patches = (old.patches or [ ]) ++ files; })
    ) patches;

  # The fleet's own overlays may use channels, and see packages as fallbacks leave them.
  first = [
    access
    fallback
    own
  ];
  last = concatMap (
    file:
    let
      value = import file;
    in
    if isList value then value else [ value ]
  ) overlays ++ [ patched ];

  modules = lib: [
    { nixpkgs.overlays = lib.mkOrder 500 first; }
    { nixpkgs.overlays = lib.mkOrder 1500 last; }
  ];
in
{
  overlays = first ++ last;

  module =
    {
      config,
      lib,
      options,
      ...
    }:
    {
      _file = "fleetd: channels.json";
      imports = modules lib;
      # Homes inside a system have a package set of their own unless they use the system's.
      config =
        if options ? home-manager then
          {
            home-manager.sharedModules = lib.mkIf (!config.home-manager.useGlobalPkgs) (modules lib);
          }
        else
          { };
    };
}
