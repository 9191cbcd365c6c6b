// trusted-nix-caches: binary caches that users may ask Nix to use.
#include <fleet/cxx/plugin.hpp>
#include <fleet/cxx/service.hpp>

namespace {

class TrustedNixCaches final : public fleet::Service<TrustedNixCaches> {
  static constexpr const char* kClasses[] = {"nixos", "darwin", "home", nullptr};
  static constexpr const char* kWrites[] = {"nix.package", "nix.settings", nullptr};

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
  fleet::Result<void> trust(const fleet::Member<fleet::NoOptions>& member, fleet::Contribution& out) const {
    const fleet::List caches{"https://cache.clan.lol", "https://nix-community.cachix.org"};
    const fleet::List keys{"nix-community.cachix.org-1:mB9FSh9qf2dCimDSUo8Zy7bkq5CX+/rkCWyvRCYg3Fs=",
                           "cache.clan.lol-1:3KztgSAB5R1M+Dz7vzkBGzXdodizbgLXGXKXlcQLA28="};
    if (member.isHome()) {
      // A user asks for them; the machine's Nix agrees when it trusts them or the user.
      out.set("nix.package", fleet::pkg("nix"), fleet::Priority::fallback);
      out.set("nix.settings.extra-substituters", caches);
      out.set("nix.settings.extra-trusted-public-keys", keys);
      return {};
    }
    out.set("nix.settings.trusted-substituters", caches);
    out.set("nix.settings.trusted-public-keys", keys);
    return {};
  }
};

}  // namespace

FLEET_PLUGIN(TrustedNixCaches);
