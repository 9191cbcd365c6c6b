# Learning to program.
{
  flake.users.christophersmith = {
    meta = {
      fullName = "Christopher Smith";
      email = "christopher@quarry.example.org";
      sshKeys = [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILLlfGJDWJoQDiKq3u9WKTvGgIUHa4C1o2XH/14RH21a christophersmith@argentum"
      ];
    };

    aggregates = [
      "core"
      "shell"
      "terminal"
      "development"
    ];

    content =
      { pkgs, ... }:
      {
        home.packages = [
          (pkgs.python3.withPackages (
            python: with python; [
              ipython
              numpy
              matplotlib
            ]
          ))
        ];

        programs.helix.settings.editor.bufferline = "always";
      };
  };
}
