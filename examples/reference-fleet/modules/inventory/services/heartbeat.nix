# A service of our own: machines report to one receiver, which tells us when
# one falls silent.
{ config, ... }:
{
  clan.modules.heartbeat = ../../../services/heartbeat;

  clan.inventory.instances.heartbeat = {
    module = {
      name = "heartbeat";
      input = "self";
    };

    roles.receiver.machines.electrum.settings.port = config.fleet.ports.notify;

    roles.sender = {
      tags = [ "heartbeat" ];
      settings.interval = "5min";
      # Started and stopped by hand: silence at night means nothing.
      machines.scheelite.settings.quiet = true;
    };
  };
}
