// emergency-access: a password for the emergency shell of the initial ramdisk, for machines that do not boot.
#include <fleet/cxx/plugin.hpp>
#include <fleet/cxx/service.hpp>

namespace {

class EmergencyAccess final : public fleet::Service<EmergencyAccess> {
  static constexpr const char* kClasses[] = {"nixos", nullptr};
  static constexpr const char* kWrites[] = {"boot.initrd.systemd.emergencyAccess", "clan.core.vars.generators",
                                            nullptr};

 public:
  static constexpr const char* exportName = "clan-core/emergency-access";
  static constexpr auto manifest = fleet::manifest({.id = "emergency-access",
                                                    .name = "Emergency access",
                                                    .version = "1.0.0",
                                                    .description = "A password for the emergency shell",
                                                    .platforms = kClasses,
                                                    .writes = kWrites});

  EmergencyAccess() {
    role("default", "Machines whose emergency shell asks for the password.", &EmergencyAccess::add).classes = {"nixos"};
    generates({{"emergency-access", "a password and its hash"}});
  }

 private:
  fleet::Result<void> add(const fleet::Member<fleet::NoOptions>& member, fleet::Contribution& out) const {
    if (!member.isNixos()) return {};
    fleet::Generator("emergency-access")
        .hidden("password")
        .open("password-hash")
        .builtin("password", {{"file", "password"}, {"hash", "password-hash"}, {"words", 6}})
        .addTo(out);
    out.set("boot.initrd.systemd.emergencyAccess", fleet::secretValue("emergency-access", "password-hash"));
    return {};
  }
};

}  // namespace

FLEET_PLUGIN(EmergencyAccess);
