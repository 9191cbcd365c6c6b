// trusted-nix-caches: binary caches that users may ask Nix to use.
#include <fleet/cxx/plugin.hpp>
#include <fleet/cxx/service.hpp>

namespace {

class TrustedNixCaches final : public fleet::Service<TrustedNixCaches> {
  static constexpr const char* kClasses[] = {"nixos", "darwin", nullptr};
  static constexpr const char* kWrites[] = {"nix.settings.trusted-substituters", "nix.settings.trusted-public-keys",
                                            nullptr};

 public:
  static constexpr const char* exportName = "clan-core/trusted-nix-caches";
  static constexpr auto manifest = fleet::manifest({.id = "trusted-nix-caches",
                                                    .name = "Trusted caches",
                                                    .version = "1.0.0",
                                                    .description = "Binary caches of the community",
                                                    .platforms = kClasses,
                                                    .writes = kWrites});

  TrustedNixCaches() { role("default", "Machines that trust the caches.", &TrustedNixCaches::trust); }

 private:
  fleet::Result<void> trust(const fleet::Member<fleet::NoOptions>&, fleet::Contribution& out) const {
    out.set("nix.settings.trusted-substituters",
            fleet::List{"https://cache.clan.lol", "https://nix-community.cachix.org"});
    out.set("nix.settings.trusted-public-keys",
            fleet::List{"nix-community.cachix.org-1:mB9FSh9qf2dCimDSUo8Zy7bkq5CX+/rkCWyvRCYg3Fs=",
                        "cache.clan.lol-1:3KztgSAB5R1M+Dz7vzkBGzXdodizbgLXGXKXlcQLA28="});
    return {};
  }
};

}  // namespace

FLEET_PLUGIN(TrustedNixCaches);
