# What the plugin tor sets on elm.
{ pkgs, ... }:
{
  _file = "plugin tor";
  config = {
    environment.systemPackages = [ pkgs.tor pkgs.torsocks ];
    environment.etc."tor/torrc".text = ''
      SocksPort 9050
      DataDirectory /var/lib/tor
    '';
    launchd.daemons.tor.serviceConfig.ProgramArguments = [ "${pkgs.tor}/bin/tor" "-f" "/etc/tor/torrc" ];
    launchd.daemons.tor.serviceConfig.RunAtLoad = true;
    launchd.daemons.tor.serviceConfig.KeepAlive = true;
  };
}
