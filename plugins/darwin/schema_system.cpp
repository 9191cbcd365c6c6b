// The system itself: state, users, network, environment, security.
#include "plugins/darwin/schema.hpp"

namespace darwin {

namespace {

using namespace platform;

std::vector<fleet::OptionDecl> file() {
  Declare out = fileEntry();
  out.add("text", lines(), "", "The content.");
  out.lists("knownSha256Hashes", str(), "Hashes of files that may be replaced.");
  return out.take();
}

std::vector<fleet::OptionDecl> user() {
  return Declare()
      .add("name", str(), fleet::expr("name"), "Name of the account.")
      .optional("description", str(), "The person's name.")
      .add("uid", integer(), "Number of the account.")
      .add("gid", integer(), 20, "Number of the main group.")
      .flag("isHidden", true, "Whether the login window leaves it out.")
      .optional("home", path(), "Home directory.")
      .flag("createHome", false, "Whether the home directory is made.")
      .add("shell", nullable(either({package(), path()})), Value(), "Login shell.")
      .lists("openssh.authorizedKeys.keys", str(), "SSH keys that may log in.")
      .lists("openssh.authorizedKeys.keyFiles", path(), "Files with such keys.")
      .lists("packages", package(), "Packages for this user.");
}

std::vector<fleet::OptionDecl> group() {
  return Declare()
      .add("name", str(), fleet::expr("name"), "Name of the group.")
      .add("gid", integer(), "Number of the group.")
      .lists("members", str(), "Its members.")
      .add("description", str(), "", "What it is for.");
}

void declareNetwork(Declare& out) {
  out.optional("networking.hostName", str(), "Name of the host.");
  out.optional("networking.localHostName", str(), "Name of the host for Bonjour.");
  out.optional("networking.computerName", str(), "Name of the host for people.");
  out.optional("networking.domain", str(), "Domain of the host.");
  out.lists("networking.knownNetworkServices", str(), "Network services that are configured.");
  out.lists("networking.dns", str(), "Addresses of name servers.");
  out.lists("networking.search", str(), "Domains that short names are looked up in.");
  out.optional("networking.wakeOnLan.enable", boolean(), "Whether the network can wake the host.");
  for (const char* name : {"enable", "blockAllIncoming", "enableStealthMode", "allowSigned", "allowSignedApp"})
    out.optional(std::string("networking.applicationFirewall.") + name, boolean(),
                 "Setting of the application firewall.");
  out.optional("services.openssh.enable", boolean(), "Whether the SSH server of the system runs.");
}

void declareEnvironment(Declare& out) {
  out.lists("environment.systemPackages", package(), "Packages for all users.");
  out.lists("environment.shells", either({package(), path()}), "Shells users may have.");
  out.maps("environment.shellAliases", str(), "Aliases of all shells.");
  out.maps("environment.variables", either({str(), list(str())}), "Variables of all shells.");
  out.lists("environment.pathsToLink", str(), "Directories of packages that appear in the system path.");
  out.entries("environment.etc", file(), "Files below /etc.");
  out.entries("environment.userLaunchAgents", file(), "Launch agents of the primary user.");
  for (const char* name : {"extraInit", "shellInit", "loginShellInit", "interactiveShellInit"})
    out.text(std::string("environment.") + name, "Shell commands for all shells.");
  out.lists("fonts.packages", path(), "Fonts.");
  out.flag("programs.zsh.enable", true, "Whether zsh is set up.");
  out.flag("programs.fish.enable", false, "Whether fish is set up.");
  out.flag("programs.bash.enable", true, "Whether bash is set up.");
  out.text("programs.ssh.extraConfig", "Lines of ssh_config.");
  out.entries("programs.ssh.knownHosts", knownHost(), "Keys of other hosts.");
}

}  // namespace

void declareSystem(Declare& out) {
  declareCommon(out);
  out.add("system.stateVersion", integer(1), "Version of nix-darwin whose state on disk is kept.");
  out.optional("system.primaryUser", str(), "The user that options for one user apply to.");
  out.optional("system.configurationRevision", str(), "Revision of the configuration.");
  out.optional("system.startup.chime", boolean(), "Whether there is a sound at start.");
  for (const char* name :
       {"enableKeyMapping", "remapCapsLockToControl", "remapCapsLockToEscape", "swapCapsLockAndEscape",
        "swapLeftCommandAndLeftAlt", "swapLeftCtrlAndFn", "swapRightCommandAndRightOption", "nonUS.remapTilde"})
    out.flag(std::string("system.keyboard.") + name, false, "Mapping of the keyboard.");

  declareNetwork(out);
  declareEnvironment(out);

  out.lists("users.knownUsers", str(), "Accounts this configuration makes and removes.");
  out.lists("users.knownGroups", str(), "Groups this configuration makes and removes.");
  out.entries("users.users", user(), "Accounts.");
  out.entries("users.groups", group(), "Groups.");

  out.flag("security.pam.services.sudo_local.enable", true, "Whether the rules of sudo are managed.");
  out.flag("security.pam.services.sudo_local.touchIdAuth", false, "Whether a finger can confirm sudo.");
  out.flag("security.pam.services.sudo_local.watchIdAuth", false, "Whether a watch can confirm sudo.");
  out.flag("security.pam.services.sudo_local.reattach", false, "Whether that works inside of tmux.");
  out.text("security.pam.services.sudo_local.text", "Further rules.");
  out.optional("security.sudo.extraConfig", lines(), "Lines of sudoers.");
  out.lists("security.pki.certificates", str(), "Certificate authorities to trust.");
  out.lists("security.pki.certificateFiles", path(), "Files with such certificates.");

  out.optional("time.timeZone", str(), "Time zone.");
  out.add("nixpkgs.hostPlatform", either({str(), anything()}), "Platform the system runs on.")
      .apply("lib.systems.elaborate");
  out.lists("nixpkgs.overlays", raw(), "Overlays of the package set.");
}

}  // namespace darwin
