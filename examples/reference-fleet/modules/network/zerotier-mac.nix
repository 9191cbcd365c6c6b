# The overlay on a Mac: the daemon comes from a cask, joining is one command.
{ config, ... }:
let
  inherit (config.fleet) hosts network;
in
{
  flake.modules.darwin.base =
    {
      config,
      lib,
      pkgs,
      ...
    }:
    let
      cli = "/usr/local/bin/zerotier-cli";
      self = hosts.${config.networking.hostName};

      join = pkgs.writeShellApplication {
        name = "overlay-join";
        runtimeInputs = [ pkgs.jq ];
        text = ''
          status=$(sudo ${cli} -j info)
          member=$(jq -r .address <<<"$status")

          if [ "$member" != ${lib.escapeShellArg self.memberId} ]; then
            printf 'this is %s, but the fleet knows %s\n' "$member" ${lib.escapeShellArg self.memberId} >&2
            exit 1
          fi

          sudo ${cli} join ${network.id}
          sudo ${cli} set ${network.id} allowDNS=1
        '';
      };
    in
    {
      fleet.homebrew.casks = [ "zerotier-one" ];
      environment.systemPackages = [ join ];
      environment.variables.OVERLAY_ADDRESS = self.overlay6;
    };
}
