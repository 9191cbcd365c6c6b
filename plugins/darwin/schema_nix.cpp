// nix.*
#include "plugins/darwin/schema.hpp"

namespace darwin {

using namespace platform;

void declareNix(Declare& out) {
  out.flag("nix.enable", true, "Whether nix-darwin manages Nix.");
  out.add("nix.package", package(), fleet::pkg("nix"), "Nix itself.");
  out.add("nix.settings",
          open(Declare()
                   .add("max-jobs", either({integer(), oneOf({"auto"})}), "auto", "Builds at the same time.")
                   .add("cores", integer(), 0, "Processors of one build; 0 for all.")
                   .flag("auto-optimise-store", false, "Whether equal files are linked.")
                   .add("sandbox", either({boolean(), oneOf({"relaxed"})}), false, "Whether builds are isolated.")
                   .lists("extra-sandbox-paths", str(), "Further paths builds see.")
                   .add("substituters", list(str()), "Binary caches.")
                   .lists("trusted-substituters", str(), "Binary caches users may ask for.")
                   .flag("require-sigs", true, "Whether what is fetched must be signed.")
                   .add("trusted-public-keys", list(str()), "Keys of binary caches.")
                   .add("trusted-users", list(str()), "Users with further rights.")
                   .add("allowed-users", list(str()), List{"*"}, "Users who may use Nix.")),
          Attrs{}, "Settings of nix.conf.");
  out.text("nix.extraOptions", "Lines of nix.conf.");
  out.flag("nix.channel.enable", true, "Whether channels are set up.");
  out.entries("nix.registry", registryEntry(), "Flakes by short name.");
  out.flag("nix.gc.automatic", false, "Whether garbage is collected regularly.");
  out.add("nix.gc.options", str(), "", "Options of nix-collect-garbage.");
  out.flag("nix.optimise.automatic", false, "Whether equal files are linked regularly.");
  out.flag("nix.distributedBuilds", false, "Whether other machines build, too.");
  out.lists("nix.buildMachines", open(buildMachine()), "Machines that build for this one.");
}

}  // namespace darwin
