# jujutsu on top of the same repositories, with the same identity.
{
  flake.modules.homeManager.development =
    { config, lib, ... }:
    {
      programs.jujutsu = {
        enable = true;
        settings = {
          user = {
            name = config.person.fullName;
            inherit (config.person) email;
          };
          ui = {
            default-command = lib.mkDefault "status";
            diff-editor = ":builtin";
            pager = "delta";
          };
          git = {
            push-bookmark-prefix = "${config.home.username}/";
            private-commits = "description(glob:'wip:*')";
          };
          signing = lib.mkIf (config.programs.git.signing.signByDefault == true) {
            behavior = "own";
            backend = "ssh";
            inherit (config.programs.git.signing) key;
          };
          aliases = {
            tug = [
              "bookmark"
              "move"
              "--from"
              "heads(::@- & bookmarks())"
              "--to"
              "@-"
            ];
            l = [
              "log"
              "-r"
              "(main..@):: | (main..@)-"
            ];
          };
        };
      };
    };
}
