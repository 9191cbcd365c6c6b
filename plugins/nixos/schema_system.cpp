// Boot, file systems, packages, locale, nixpkgs and the state version.
#include "plugins/nixos/schema.hpp"

namespace nixos {

namespace {

using namespace platform;

std::vector<fleet::OptionDecl> etcFile() {
  Declare out = fileEntry();
  out.optional("text", lines(), "The content.");
  out.add("mode", str(), "symlink", "Mode of the file, or \"symlink\".");
  out.add("uid", integer(), 0, "Owner as a number.");
  out.add("gid", integer(), 0, "Group as a number.");
  return out.take();
}

std::vector<fleet::OptionDecl> fileSystem() {
  return Declare()
      .add("mountPoint", str(), fleet::expr("name"), "Where it is mounted.")
      .optional("device", str(), "The device.")
      .optional("label", str(), "Label of the device.")
      .add("fsType", str(), "auto", "Kind of file system.")
      .add("options", list(str()), List{"defaults"}, "Mount options.")
      .flag("neededForBoot", false, "Whether it is mounted before the root is switched.")
      .lists("depends", str(), "Paths that must be mounted first.");
}

void declareBoot(Declare& out) {
  out.flag("boot.loader.grub.enable", "Whether GRUB is the boot loader.");
  out.add("boot.loader.grub.device", str(), "", "Device GRUB is installed on.");
  out.lists("boot.loader.grub.devices", str(), "Devices GRUB is installed on.");
  out.flag("boot.loader.grub.efiSupport", false, "Whether GRUB is built for EFI.");
  out.flag("boot.loader.systemd-boot.enable", false, "Whether systemd-boot is the boot loader.");
  out.flag("boot.loader.efi.canTouchEfiVariables", false, "Whether installing may change EFI variables.");
  out.add("boot.loader.efi.efiSysMountPoint", str(), "/boot", "Where the EFI partition is mounted.");
  out.add("boot.loader.timeout", nullable(integer()), 5, "Seconds to wait in the menu.");
  out.lists("boot.kernelParams", str(), "Parameters of the kernel.");
  out.flag("boot.isContainer", false, "Whether this is a container.");
}

}  // namespace

void declareSystem(Declare& out) {
  declareCommon(out);
  declareBoot(out);
  out.entries("fileSystems", fileSystem(), "File systems by mount point.");
  out.lists("swapDevices", open(), "Devices and files to swap to.");

  out.lists("environment.systemPackages", package(), "Packages for all users.");
  out.entries("environment.etc", etcFile(), "Files below /etc.");
  out.maps("environment.variables", nullable(either({list(word()), str(), path(), integer()})),
           "Variables of all shells.");
  out.maps("environment.sessionVariables", nullable(either({list(word()), str(), path(), integer()})),
           "Variables set when a session starts.");
  out.maps("environment.shellAliases", nullable(either({str(), path()})), "Aliases of all shells.");
  out.lists("environment.shells", either({package(), path()}), "Shells users may have.");
  out.lists("environment.pathsToLink", str(), "Directories of packages that appear in the system path.");

  out.optional("time.timeZone", str(), "Time zone.");
  out.add("i18n.defaultLocale", str(), "en_US.UTF-8", "Locale of the system.");
  out.maps("i18n.extraLocaleSettings", str(), "Locale of single categories.");
  out.add("console.keyMap", either({str(), path()}), "Keyboard layout of virtual consoles.");

  out.add("nixpkgs.hostPlatform", either({str(), anything()}), "Platform the system runs on.")
      .apply("lib.systems.elaborate");
  out.lists("nixpkgs.overlays", raw(), "Overlays of the package set.");

  out.add("system.stateVersion", str(), "Release whose state on disk is kept.");
  out.optional("system.configurationRevision", str(), "Revision of the configuration.");

  out.flag("programs.zsh.enable", false, "Whether zsh is set up.");
  out.flag("programs.fish.enable", false, "Whether fish is set up.");
  out.add("programs.ssh.extraConfig", lines(), "", "Lines of ssh_config.");
  out.entries("programs.ssh.knownHosts", knownHost(), "Keys of other hosts.");
}

}  // namespace nixos
