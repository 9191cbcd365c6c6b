# The owner: everything, including the coding agents.
{
  flake.users.crs58 = {
    meta = {
      fullName = "Cameron Smith";
      email = "cameron@quarry.example.org";
      forge = "crs58";
      sshKeys = [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJpjSC7BzvFNHmJQpAt6ve8m/wceTWsSVdTrCfH6Y9d1 crs58@stibnite"
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINMAkQJPg6N8S7beMMbmzKzkeWNrIdss0wUZthXBIsi4 crs58@token"
      ];
      signingKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINMAkQJPg6N8S7beMMbmzKzkeWNrIdss0wUZthXBIsi4";
    };

    aggregates = [
      "core"
      "shell"
      "terminal"
      "development"
      "tools"
      "ai"
    ];

    content =
      {
        config,
        lib,
        pkgs,
        ...
      }:
      {
        home.packages = with pkgs; [
          fleet-status
          nixpkgs-review
          typst
        ];

        home.sessionPath = [ "${config.home.homeDirectory}/.local/bin" ];

        programs.git.includes = [
          {
            condition = "gitdir:~/employer/";
            contents.user.email = "csmith@work.example.com";
          }
        ];

        programs.jujutsu.settings.ui.default-command = "log";

        agents.profiles.glm.enable = true;
        agents.profiles.local.enable = lib.mkDefault pkgs.stdenv.hostPlatform.isDarwin;
      };
  };
}
