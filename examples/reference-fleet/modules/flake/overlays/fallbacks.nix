# Packages taken from the stable channel while the default one is broken or not
# in a cache. Each line says why and when it may go.
{ lib, ... }:
{
  fleet.overlays = [
    (
      final: prev:
      let
        inherit (prev.stdenv.hostPlatform) isDarwin isLinux;

        darwin = {
          # Needs a newer SDK than the builders have. Remove after the next SDK bump.
          inherit (final.stable) quarto;
        };

        linux = {
          # Test suite needs network since 2026-05. Remove when fixed upstream.
          inherit (final.stable) calibre;
        };
      in
      lib.optionalAttrs isDarwin darwin // lib.optionalAttrs isLinux linux
    )
  ];
}
