# Mail, photos, a little terminal.
{
  flake.users.janettesmith = {
    meta = {
      fullName = "Janette Smith";
      email = "janette@quarry.example.org";
      sshKeys = [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPolCuEBQzHfQK8j5HyuFKw+rQ5LkKstir/fhEQLf0wj janettesmith@rosegold"
      ];
    };

    aggregates = [
      "core"
      "shell"
    ];

    content = {
      programs.zsh.shellAliases.photos = "cd ~/Pictures && ls -t | head";
      programs.atuin.enable = false;
    };
  };
}
