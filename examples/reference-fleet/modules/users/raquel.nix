# Statistics and writing; also works on the compute hosts.
{
  flake.users.raquel = {
    meta = {
      fullName = "Raquel Ortiz";
      email = "raquel@quarry.example.org";
      forge = "raquelortiz";
      sshKeys = [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIKWyIaDqaahGe6wIAtvAk4f/e19iZvVImUWlAl5zRSW raquel@blackphos"
      ];
    };

    aggregates = [
      "core"
      "shell"
      "terminal"
      "development"
    ];

    content =
      { pkgs, lib, ... }:
      {
        home.packages =
          with pkgs;
          [
            pandoc
            (rWrapper.override {
              packages = with rPackages; [
                data_table
                ggplot2
                targets
              ];
            })
          ]
          ++ lib.optional stdenv.hostPlatform.isDarwin quarto;

        programs.helix.settings.theme = lib.mkForce "catppuccin_latte";
        programs.starship.settings.rlang.disabled = false;
      };
  };
}
