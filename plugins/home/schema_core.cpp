// home.*, nix, nixpkgs, xdg.
#include "plugins/home/schema.hpp"

namespace home {

namespace {

using namespace platform;

std::vector<fleet::OptionDecl> file() {
  Declare out = fileEntry();
  out.optional("text", lines(), "The content.");
  out.optional("executable", boolean(), "Whether it can be run.");
  out.flag("recursive", false, "Whether a directory's files are linked one by one.");
  out.text("onChange", "Shell commands for when it has changed.");
  out.flag("force", false, "Whether it replaces a file that is there.");
  return out.take();
}

Type variable() { return nullable(either({str(), path(), integer(), number(), boolean()})); }

void declareXdg(Declare& out) {
  out.flag("xdg.enable", false, "Whether the directories of the XDG base directory specification are used.");
  struct Place {
    const char *home, *files, *below;
  };
  for (const Place& place :
       {Place{"xdg.configHome", "xdg.configFile", "/.config"}, Place{"xdg.cacheHome", "xdg.cacheFile", "/.cache"},
        Place{"xdg.dataHome", "xdg.dataFile", "/.local/share"},
        Place{"xdg.stateHome", "xdg.stateFile", "/.local/state"}}) {
    out.add(place.home, path(), fleet::text(fleet::ref("home.homeDirectory"), place.below), "A base directory.");
    out.entries(place.files, file(), "Files below this base directory.");
  }
  out.flag("xdg.userDirs.enable", false, "Whether the well-known directories of users are set.");
  out.flag("xdg.userDirs.createDirectories", false, "Whether they are made.");
  out.flag("xdg.mimeApps.enable", false, "Whether default applications are set.");
}

}  // namespace

void declareCore(Declare& out) {
  declareCommon(out);
  out.add("home.username", str(), "Name of the account.");
  out.add("home.homeDirectory", path(), "Home directory.");
  out.add("home.stateVersion", str(), "Release whose state on disk is kept.");
  out.lists("home.packages", package(), "Packages of the user.");
  out.entries("home.file", file(), "Files below the home directory.");
  out.add("home.sessionVariables", fleet::type::of(Type::Kind::lazyMap, variable()), Attrs{}, "Variables of sessions.");
  out.text("home.sessionVariablesExtra", "Shell commands that set further ones.");
  out.lists("home.sessionPath", str(), "Directories in the PATH of sessions.");
  out.maps("home.shellAliases", str(), "Aliases of all shells.");
  out.flag("home.preferXdgDirectories", false, "Whether programs keep out of the home directory where they can.");
  out.flag("home.enableNixpkgsReleaseCheck", true, "Whether releases of nixpkgs and home-manager are compared.");
  out.flag("home.shell.enableShellIntegration", true, "Whether programs are set up in all shells.");
  out.lists("home.extraOutputsToInstall", str(), "Further outputs of packages.");

  out.add("nix.package", nullable(package()), Value(), "Nix itself.");
  out.add("nix.settings", open(), Attrs{}, "Settings of nix.conf.");
  out.text("nix.extraOptions", "Lines of nix.conf.");
  out.entries("nix.registry", registryEntry(), "Flakes by short name.");
  out.flag("nix.gc.automatic", false, "Whether garbage is collected regularly.");
  out.add("nix.gc.options", nullable(str()), Value(), "Options of nix-collect-garbage.");
  out.lists("nix.nixPath", str(), "The search path.");
  out.add("nixpkgs.overlays", nullable(list(raw())), Value(), "Overlays of the package set.");

  out.flag("fonts.fontconfig.enable", "Whether fontconfig finds the user's fonts.");
  out.flag("targets.genericLinux.enable", false, "Whether this is a Linux other than NixOS.");
  declareXdg(out);
}

}  // namespace home
