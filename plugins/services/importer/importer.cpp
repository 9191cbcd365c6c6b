// importer: does nothing by itself; its roles carry `extraModules` to machines and tags.
#include <fleet/cxx/plugin.hpp>
#include <fleet/cxx/service.hpp>

namespace {

class Importer final : public fleet::Service<Importer> {
 public:
  static constexpr const char* exportName = "importer";
  static constexpr auto manifest = fleet::manifest({.id = "importer",
                                                    .name = "Importer",
                                                    .version = "1.0.0",
                                                    .description = "Imports modules on machines of a tag"});

  Importer() {
    auto& all = role("default", "Machines that import the role's extraModules.", &Importer::nothing);
    all.open = true;
    all.classes = {"nixos", "darwin"};
  }

 private:
  fleet::Result<void> nothing(const fleet::Member<fleet::NoOptions>&, fleet::Contribution&) const { return {}; }
};

}  // namespace

FLEET_PLUGIN(Importer);
