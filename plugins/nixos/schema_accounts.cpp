// users.* and security.*
#include "plugins/nixos/schema.hpp"

namespace nixos {

namespace {

using namespace platform;

std::vector<fleet::OptionDecl> user() {
  return Declare()
      .add("name", str(), fleet::expr("name"), "Name of the account.")
      .flag("enable", true, "Whether the account exists.")
      .add("description", str(), "", "The person's name.")
      .optional("uid", integer(), "Number of the account.")
      .flag("isNormalUser", false, "Whether this is a person.")
      .flag("isSystemUser", false, "Whether this is an account of the system.")
      .add("group", str(), "Main group.")
      .lists("extraGroups", str(), "Further groups.")
      .add("home", path(), "Home directory.")
      .flag("createHome", "Whether the home directory is made.")
      .add("shell", nullable(either({package(), path()})), "Login shell.")
      .optional("password", str(), "Password in clear.")
      .optional("initialPassword", str(), "First password in clear.")
      .optional("hashedPassword", str(), "Hash of the password.")
      .optional("initialHashedPassword", str(), "Hash of the first password.")
      .optional("hashedPasswordFile", str(), "File with the hash of the password.")
      .lists("openssh.authorizedKeys.keys", str(), "SSH keys that may log in.")
      .lists("openssh.authorizedKeys.keyFiles", path(), "Files with such keys.")
      .lists("packages", package(), "Packages for this user.");
}

std::vector<fleet::OptionDecl> group() {
  return Declare()
      .add("name", str(), fleet::expr("name"), "Name of the group.")
      .optional("gid", integer(), "Number of the group.")
      .lists("members", str(), "Its members.");
}

}  // namespace

void declareAccounts(Declare& out) {
  out.flag("users.mutableUsers", true, "Whether accounts may be changed on the host.");
  out.entries("users.users", user(), "Accounts.");
  out.entries("users.groups", group(), "Groups.");
  out.add("users.defaultUserShell", either({package(), path()}), "Login shell of those who have none.");

  out.flag("security.sudo.enable", true, "Whether there is sudo.");
  out.flag("security.sudo.wheelNeedsPassword", true, "Whether the group wheel needs a password for sudo.");
  out.flag("security.sudo.execWheelOnly", false, "Whether only the group wheel can run sudo.");
  out.text("security.sudo.extraConfig", "Lines of sudoers.");
  out.lists("security.sudo.extraRules", open(), "Rules of sudo.");
  out.lists("security.pki.certificates", str(), "Certificate authorities to trust.");
  out.lists("security.pki.certificateFiles", path(), "Files with such certificates.");
  out.flag("security.polkit.enable", "Whether there is polkit.");
}

}  // namespace nixos
