// nix.*
#include "plugins/nixos/schema.hpp"

namespace nixos {

using namespace platform;

void declareNix(Declare& out) {
  out.flag("nix.enable", true, "Whether the host has Nix.");
  out.add("nix.package", package(), fleet::pkg("nix"), "Nix itself.");
  out.add("nix.settings",
          open(Declare()
                   .add("max-jobs", either({integer(), oneOf({"auto"})}), "auto", "Builds at the same time.")
                   .add("cores", integer(), 0, "Processors of one build; 0 for all.")
                   .flag("auto-optimise-store", false, "Whether equal files are linked.")
                   .add("sandbox", either({boolean(), oneOf({"relaxed"})}), true, "Whether builds are isolated.")
                   .lists("extra-sandbox-paths", str(), "Further paths builds see.")
                   .lists("substituters", str(), "Binary caches.")
                   .lists("trusted-substituters", str(), "Binary caches users may ask for.")
                   .flag("require-sigs", true, "Whether what is fetched must be signed.")
                   .lists("trusted-public-keys", str(), "Keys of binary caches.")
                   .lists("trusted-users", str(), "Users with further rights.")
                   .add("system-features", list(str()), "Features builds may ask for.")
                   .add("allowed-users", list(str()), List{"*"}, "Users who may use Nix.")),
          Attrs{}, "Settings of nix.conf.");
  out.text("nix.extraOptions", "Lines of nix.conf.");
  out.flag("nix.channel.enable", true, "Whether channels are set up.");
  out.add("nix.nixPath", list(str()), "The search path.");
  out.entries("nix.registry", registryEntry(), "Flakes by short name.");
  out.flag("nix.gc.automatic", false, "Whether garbage is collected regularly.");
  out.add("nix.gc.dates", either({str(), list(str())}), "When garbage is collected.");
  out.add("nix.gc.options", str(), "", "Options of nix-collect-garbage.");
  out.flag("nix.gc.persistent", true, "Whether a missed run is made up for.");
  out.flag("nix.optimise.automatic", false, "Whether equal files are linked regularly.");
  out.flag("nix.distributedBuilds", false, "Whether other machines build, too.");
  out.lists("nix.buildMachines", open(buildMachine()), "Machines that build for this one.");
}

}  // namespace nixos
