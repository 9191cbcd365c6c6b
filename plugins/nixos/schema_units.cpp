// systemd.*
#include "plugins/nixos/schema.hpp"

namespace nixos {

namespace {

using namespace platform;

Declare unit() {
  Declare out;
  out.flag("enable", true, "Whether the unit exists.");
  out.add("description", str(), "", "What it is.");
  out.lists("documentation", str(), "Where it is described.");
  for (const char* name :
       {"requires", "requisite", "wants", "bindsTo", "partOf", "upholds", "conflicts", "before", "after"})
    out.lists(name, str(), "Other units, as in systemd.unit(5).");
  out.lists("wantedBy", str(), "Units that want this one.");
  out.lists("requiredBy", str(), "Units that require this one.");
  out.add("unitConfig", open(), Attrs{}, "Further settings of the section [Unit].");
  return out;
}

std::vector<fleet::OptionDecl> service() {
  Declare out = unit();
  out.maps("environment", nullable(either({str(), path(), package()})), "Variables.");
  out.lists("path", either({package(), str()}), "Packages in its PATH.");
  out.text("script", "Shell commands that are its main process.");
  for (const char* name : {"preStart", "postStart", "reload", "preStop", "postStop"})
    out.text(name, "Shell commands, as in systemd.service(5).");
  out.add("serviceConfig", open(), Attrs{}, "Settings of the section [Service].");
  out.add("startAt", either({str(), list(str())}), List{}, "When it is started.");
  out.flag("restartIfChanged", true, "Whether it is restarted when it changes.");
  out.flag("stopIfChanged", true, "Whether that means stop and start.");
  out.lists("restartTriggers", unspecified(), "Values whose change restarts it.");
  return out.take();
}

std::vector<fleet::OptionDecl> timer() {
  Declare out = unit();
  out.add("timerConfig", open(), Attrs{}, "Settings of the section [Timer].");
  return out.take();
}

std::vector<fleet::OptionDecl> socket() {
  Declare out = unit();
  out.lists("listenStreams", str(), "Addresses of stream sockets.");
  out.lists("listenDatagrams", str(), "Addresses of datagram sockets.");
  out.add("socketConfig", open(), Attrs{}, "Settings of the section [Socket].");
  return out.take();
}

}  // namespace

void declareUnits(Declare& out) {
  out.entries("systemd.services", service(), "Services.");
  out.entries("systemd.timers", timer(), "Timers.");
  out.entries("systemd.sockets", socket(), "Sockets.");
  out.entries("systemd.targets", unit().take(), "Targets.");
  out.entries("systemd.paths", unit().take(), "Paths that are watched.");
  out.entries("systemd.user.services", service(), "Services of user managers.");
  out.entries("systemd.user.timers", timer(), "Timers of user managers.");
  out.lists("systemd.tmpfiles.rules", str(), "Lines of tmpfiles.d.");
  out.lists("systemd.packages", package(), "Packages with units.");
}

}  // namespace nixos
