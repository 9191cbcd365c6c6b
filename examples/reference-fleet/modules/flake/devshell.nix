# `nix develop`: what one needs to work on this repository.
{
  perSystem =
    {
      config,
      inputs',
      lib,
      pkgs,
      ...
    }:
    {
      devShells.default = pkgs.mkShellNoCC {
        name = "quarry";
        packages =
          with pkgs;
          [
            age
            git
            just
            nh
            nixd
            sops
            ssh-to-age
          ]
          ++ [
            inputs'.clan-core.packages.clan-cli
            config.packages.fleet-status
            config.formatter
          ]
          ++ lib.optionals pkgs.stdenv.hostPlatform.isLinux [ pkgs.nixos-anywhere ];

        shellHook = ''
          export CLAN_DIR="$PWD"
        '';
      };
    };
}
