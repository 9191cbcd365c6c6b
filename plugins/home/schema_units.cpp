// Jobs of the session: launchd and systemd.
#include "plugins/home/schema.hpp"

namespace home {

using namespace platform;

void declareUnits(Declare& out) {
  out.flag("launchd.enable", "Whether launch agents are managed.");
  out.entries("launchd.agents",
              Declare()
                  .flag("enable", false, "Whether the agent exists.")
                  .add("config", open(), Attrs{}, "Keys of launchd.plist(5)."),
              "Launch agents.");
  out.flag("systemd.user.enable", "Whether units of the user manager are managed.");
  for (const char* kind : {"services", "timers", "sockets", "targets", "paths", "slices", "mounts", "automounts"})
    out.entries(std::string("systemd.user.") + kind, {}, "Units by name, as sections of settings.");
  out.maps("systemd.user.sessionVariables", either({integer(), str()}), "Variables of the user manager.");
  out.lists("systemd.user.tmpfiles.rules", str(), "Lines of tmpfiles.d.");
  out.add("systemd.user.startServices", either({boolean(), str()}), true,
          "What activation does with changed services.");
}

}  // namespace home
