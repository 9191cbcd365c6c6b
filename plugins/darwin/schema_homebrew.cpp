// homebrew.*
#include "plugins/darwin/schema.hpp"

namespace darwin {

namespace {

using namespace platform;

// A name, or a set with a name and more.
Type named() { return either({str(), open()}); }

}  // namespace

void declareHomebrew(Declare& out) {
  out.flag("homebrew.enable", false, "Whether Homebrew's packages are managed.");
  out.add("homebrew.user", str(), fleet::ref("system.primaryUser"), "The user Homebrew belongs to.");
  out.flag("homebrew.onActivation.autoUpdate", false, "Whether activation updates Homebrew.");
  out.flag("homebrew.onActivation.upgrade", false, "Whether activation upgrades what is installed.");
  out.add("homebrew.onActivation.cleanup", str(), "none", "What activation does with packages that are not listed.");
  out.lists("homebrew.onActivation.extraFlags", str(), "Further options of brew bundle.");
  out.maps("homebrew.onActivation.extraEnv", str(), "Further variables of brew bundle.");
  out.flag("homebrew.global.autoUpdate", true, "Whether brew updates itself when people use it.");
  out.flag("homebrew.global.brewfile", false, "Whether people's brew bundle uses the managed list.");
  out.add("homebrew.caskArgs", open(), Attrs{}, "Arguments of all casks.");
  out.lists("homebrew.taps", named(), "Repositories of formulas.");
  out.lists("homebrew.brews", named(), "Formulas.");
  out.lists("homebrew.casks", named(), "Applications.");
  out.maps("homebrew.masApps", integer(1), "Applications of the App Store by name.");
  out.lists("homebrew.vscode", str(), "Extensions of Visual Studio Code.");
  out.add("homebrew.greedyCasks", nullable(boolean()), Value(), "Whether casks that update themselves are upgraded.");
  out.text("homebrew.extraConfig", "Lines of the Brewfile.");
}

}  // namespace darwin
