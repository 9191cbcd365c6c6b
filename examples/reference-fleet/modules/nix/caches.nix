# Substituters out of the table of caches, smaller priority first.
{ config, lib, ... }:
let
  inherit (config.fleet) caches;

  forClass = class: lib.filter (cache: lib.elem class cache.classes) (lib.attrValues caches);
  byPriority = lib.sort (a: b: a.priority < b.priority);

  settings =
    class:
    let
      list = byPriority (forClass class);
    in
    {
      nix.settings = {
        substituters = map (cache: "${cache.url}?priority=${toString cache.priority}") list;
        trusted-public-keys = map (cache: cache.publicKey) list;
      };
    };
in
{
  flake.modules.nixos.base = settings "nixos";
  flake.modules.darwin.base = settings "darwin";
}
