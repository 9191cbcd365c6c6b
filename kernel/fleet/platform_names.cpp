// Names of the manuals of NixOS, nix-darwin and home-manager, and of widely used modules beside them.
#include "kernel/fleet/platform_names.hpp"

#include <algorithm>
#include <array>

namespace fleetd::fleet {

namespace {

// Sorted.
constexpr auto kNames = std::to_array<std::string_view>({
    "_module", "accounts", "age", "appstream", "assertions", "boot", "catppuccin", "clan", "colmena", "console", "containers", "dbus",
    "dconf", "deployment", "disko", "docker-containers", "documentation", "dysnomia", "ec2", "editorconfig", "environment", "fileSystems",
    "flatpak", "fonts", "gtk", "hardware", "hjem", "home", "home-files", "home-manager", "homebrew", "i18n", "ids", "image",
    "impermanence", "isSpecialisation", "jobs", "krb5", "launchd", "lib", "location", "manual", "meta", "microvm", "mozilla",
    "networking", "news", "nix", "nix-homebrew", "nixGL", "nixos", "nixpkgs", "nixvim", "nvf", "oci", "openstack", "pam", "passthru",
    "power", "powerManagement", "preservation", "programs", "proxmox", "proxmoxLXC", "qt", "sdImage", "security", "services", "snapraid",
    "sops", "specialisation", "specialization", "sshAuthSock", "stubby", "stylix", "submoduleSupport", "swapDevices", "system", "systemd",
    "targets", "terraform", "time", "typst", "uninstall", "users", "vdirsyncer", "virtualisation", "warnings", "wayland", "wrappers",
    "wsl", "xdg", "xfconf", "xresources", "xsession", "zramSwap",
});
static_assert(std::is_sorted(kNames.begin(), kNames.end()));

}  // namespace

bool isPlatformName(std::string_view name) { return std::binary_search(kNames.begin(), kNames.end(), name); }

}  // namespace fleetd::fleet
