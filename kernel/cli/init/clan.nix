# Who belongs to the fleet, and which services they have. `fleetd machines`, `fleetd tags` and `fleetd services` write into inventory.json;
# what stands here goes before.
{
  meta.name = "@name@";

  inventory.machines.@machine@ = {
    machineClass = "@class@";
    tags = [ "server" ];
  };
}
