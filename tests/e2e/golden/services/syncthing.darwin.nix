# What the plugin syncthing sets on elm.
{ pkgs, ... }:
{
  _file = "plugin syncthing";
  config = {
    clan.core.vars.generators.syncthing = {
      builtin.generator = "syncthing-device";
      files = {
        api = { };
        cert = { };
        id.secret = false;
        key = { };
      };
    };
    environment.systemPackages = [ pkgs.syncthing ];
    launchd.user.agents.syncthing.serviceConfig.ProgramArguments = [ "${pkgs.syncthing}/bin/syncthing" "serve" "--no-browser" ];
    launchd.user.agents.syncthing.serviceConfig.RunAtLoad = true;
    launchd.user.agents.syncthing.serviceConfig.KeepAlive = true;
  };
}
