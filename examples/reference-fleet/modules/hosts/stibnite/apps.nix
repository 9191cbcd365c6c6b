# stibnite's own applications, in the same aggregate as the host itself.
{
  flake.modules.darwin.stibnite =
    { config, ... }:
    {
      fleet.homebrew = {
        zap = true;
        brews = [ "ollama" ];
        casks = [
          "betterdisplay"
          "calibre"
          "inkscape"
          "utm"
          "wireshark"
        ];
        apps.Slack = 803453959;
      };

      system.defaults.dock.persistent-apps = [
        { app = "/Applications/Obsidian.app"; }
        { app = "/Applications/Zotero.app"; }
      ];

      launchd.user.agents.ollama = {
        command = "${config.homebrew.prefix}/bin/ollama serve";
        environment.OLLAMA_HOST = "127.0.0.1:11434";
        serviceConfig = {
          KeepAlive = true;
          RunAtLoad = true;
        };
      };
    };
}
