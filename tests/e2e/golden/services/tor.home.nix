# What the plugin tor sets on ada@desk.
{ config, pkgs, ... }:
{
  _file = "plugin tor";
  config = {
    home.packages = [ pkgs.tor pkgs.torsocks ];
    xdg.configFile."tor/torrc".text = ''
      SocksPort 9050
      DataDirectory ${toString config.xdg.dataHome}/tor
    '';
    systemd.user.services.tor.Unit.Description = "Tor client";
    systemd.user.services.tor.Service.ExecStart = "${pkgs.tor}/bin/tor -f ${toString config.xdg.configHome}/tor/torrc";
    systemd.user.services.tor.Service.Restart = "on-failure";
    systemd.user.services.tor.Install.WantedBy = [ "default.target" ];
  };
}
