// programs.*: the ones that nearly every home has.
#include "plugins/home/schema.hpp"

namespace home {

namespace {

using namespace platform;

void declareGit(Declare& out) {
  out.flag("programs.git.enable", false, "Whether git is set up.");
  out.add("programs.git.package", nullable(package()), fleet::pkg("git"), "Git itself.");
  out.lists("programs.git.ignores", str(), "Patterns of files git ignores.");
  out.lists("programs.git.attributes", str(), "Lines of gitattributes.");
  out.maps("programs.git.hooks", path(), "Hooks by name.");
  out.flag("programs.git.lfs.enable", false, "Whether large files are set up.");
  out.add("programs.git.signing.key", nullable(str()), Value(), "Key to sign with.");
  out.add("programs.git.signing.signByDefault", nullable(boolean()), Value(), "Whether everything is signed.");
  out.add("programs.git.signing.format", nullable(str()), "Kind of key.");
}

void declareShells(Declare& out) {
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    out.flag("programs." + shell + ".enable", false, "Whether the shell is set up.");
    out.maps("programs." + shell + ".shellAliases", str(), "Aliases.");
  }
  for (const char* name : {"bashrcExtra", "initExtra", "profileExtra", "logoutExtra"})
    out.text(std::string("programs.bash.") + name, "Lines of the shell's files.");
  for (const char* name : {"envExtra", "initContent", "loginExtra", "logoutExtra", "profileExtra"})
    out.text(std::string("programs.zsh.") + name, "Lines of the shell's files.");
  out.flag("programs.bash.enableCompletion", true, "Whether completion is set up.");
  out.flag("programs.zsh.enableCompletion", true, "Whether completion is set up.");
  out.add("programs.zsh.dotDir", nullable(str()), "Directory of its files.");
  out.maps("programs.zsh.shellGlobalAliases", str(), "Aliases that work anywhere in a command.");
  out.flag("programs.zsh.autosuggestion.enable", false, "Whether there are suggestions while typing.");
  out.flag("programs.zsh.syntaxHighlighting.enable", false, "Whether commands are coloured while typing.");
  for (const char* name : {"interactiveShellInit", "loginShellInit", "shellInit"})
    out.text(std::string("programs.fish.") + name, "Lines of the shell's files.");
}

}  // namespace

void declarePrograms(Declare& out) {
  out.flag("programs.home-manager.enable", false, "Whether the home-manager command is there.");
  declareGit(out);
  declareShells(out);
  out.flag("programs.ssh.enable", false, "Whether the SSH client is set up.");
  out.flag("programs.ssh.enableDefaultConfig", true, "Whether there are settings for all hosts.");
  out.lists("programs.ssh.includes", str(), "Files that are included.");
  out.text("programs.ssh.extraConfig", "Lines of ssh_config.");
  out.flag("programs.direnv.enable", false, "Whether direnv is set up.");
  out.flag("programs.direnv.nix-direnv.enable", false, "Whether it keeps Nix shells.");
}

}  // namespace home
