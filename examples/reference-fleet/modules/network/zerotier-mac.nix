# The overlay on a Mac: the service has a daemon, an identity and the network
# for it. Scripts find its address in the environment.
{ config, ... }:
let
  inherit (config.fleet) hosts;
in
{
  flake.modules.darwin.base =
    { config, lib, ... }:
    let
      self = hosts.${config.networking.hostName};
    in
    {
      environment.variables = lib.mkIf (self.overlay6 != null) { OVERLAY_ADDRESS = self.overlay6; };
    };
}
