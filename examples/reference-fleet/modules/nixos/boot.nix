# How every server starts: quietly, with a short menu, into an initrd one can
# log in to when the disk asks for help.
{
  flake.modules.nixos.base =
    {
      config,
      lib,
      pkgs,
      ...
    }:
    {
      boot = {
        initrd.systemd.enable = true;
        kernelParams = [
          "panic=30"
          "boot.panic_on_fail"
        ];
        loader.timeout = lib.mkDefault 2;
        tmp.cleanOnBoot = true;
        kernelPackages = lib.mkIf (!config.fleet.zfs.enable) pkgs.linuxPackages_latest;
      };

      hardware.enableRedistributableFirmware = lib.mkDefault true;
      powerManagement.cpuFreqGovernor = lib.mkDefault "performance";
      zramSwap = {
        enable = true;
        memoryPercent = 30;
      };
    };
}
