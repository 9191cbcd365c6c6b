# Changes to single packages.
{ lib, ... }:
{
  fleet.overlays = [
    (_final: prev: {
      # The tests time out on shared builders.
      mactop = prev.mactop.overrideAttrs (_old: {
        doCheck = false;
      });

      # Formats with the widths we use in every repository.
      shfmt-ours = prev.symlinkJoin {
        name = "shfmt-ours";
        paths = [ prev.shfmt ];
        nativeBuildInputs = [ prev.makeWrapper ];
        postBuild = ''
          wrapProgram $out/bin/shfmt --add-flags "${
            lib.escapeShellArgs [
              "--indent"
              "2"
              "--case-indent"
            ]
          }"
        '';
      };
    })
  ];
}
