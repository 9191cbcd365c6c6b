# Which module makes which machine. A check compares this with the inventory.
{ config, ... }:
let
  inherit (config.flake.modules) nixos darwin;
in
{
  clan.machines = {
    stibnite.imports = [ darwin.stibnite ];
    blackphos.imports = [ darwin.blackphos ];
    rosegold.imports = [ darwin.rosegold ];
    argentum.imports = [ darwin.argentum ];

    cinnabar.imports = [ nixos.cinnabar ];
    electrum.imports = [ nixos.electrum ];
    galena.imports = [ nixos.galena ];
    scheelite.imports = [ nixos.scheelite ];
  };
}
