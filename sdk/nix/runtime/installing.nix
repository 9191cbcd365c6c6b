# The configuration of a machine while it is installed. Only disko's scripts are taken from it, so that modules can say what holds for
# making disks and not for the system on them.
{ lib, options, ... }:
{
  _file = "fleetd: installation";
  config = lib.optionalAttrs (options ? fleet && options.fleet ? host && options.fleet.host ? installing) {
    fleet.host.installing = true;
  };
}
