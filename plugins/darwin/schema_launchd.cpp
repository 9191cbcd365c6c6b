// launchd.*
#include "plugins/darwin/schema.hpp"

namespace darwin {

namespace {

using namespace platform;

// The keys of launchd.plist(5) that are plain; those with structure are left open.
std::vector<fleet::OptionDecl> plist() {
  Declare out;
  for (const char* key :
       {"AbandonProcessGroup", "Disabled", "EnableGlobbing", "EnableTransactions", "InitGroups", "LaunchOnlyOnce",
        "LowPriorityIO", "LowPriorityBackgroundIO", "RunAtLoad", "SessionCreate", "StartOnMount"})
    out.optional(key, boolean(), "As in launchd.plist(5).");
  for (const char* key : {"ExitTimeOut", "Nice", "StartInterval", "ThrottleInterval", "Umask"})
    out.optional(key, integer(), "As in launchd.plist(5).");
  for (const char* key : {"GroupName", "RootDirectory", "UserName", "WorkingDirectory"})
    out.optional(key, str(), "As in launchd.plist(5).");
  for (const char* key : {"Program", "StandardErrorPath", "StandardInPath", "StandardOutPath"})
    out.optional(key, path(), "As in launchd.plist(5).");
  out.optional("ProgramArguments", list(str()), "The program and its arguments.");
  out.optional("WatchPaths", list(path()), "Paths whose change starts the job.");
  out.optional("QueueDirectories", list(str()), "Directories whose content starts the job.");
  out.optional("EnvironmentVariables", map(str()), "Variables of the job.");
  out.optional("ProcessType", oneOf({"Background", "Standard", "Adaptive", "Interactive"}),
               "Kind of resources it gets.");
  out.add("Label", str(), "Name of the job.");
  return out.take();
}

std::vector<fleet::OptionDecl> job() {
  Declare out;
  out.add("command", either({str(), path()}), "", "The command that is run.");
  out.text("script", "Shell commands that are run.");
  out.lists("path", either({path(), str()}), "Packages in its PATH.");
  out.maps("environment", either({str(), list(str())}), "Variables of the job.");
  out.add("serviceConfig", open(plist()), Attrs{}, "Keys of launchd.plist(5).");
  return out.take();
}

}  // namespace

void declareLaunchd(Declare& out) {
  out.entries("launchd.daemons", job(), "Jobs of the system.");
  out.entries("launchd.agents", job(), "Jobs of every user's session.");
  out.entries("launchd.user.agents", job(), "Jobs of the primary user's session.");
  out.maps("launchd.envVariables", either({str(), list(str())}), "Variables of all jobs of the system.");
  out.maps("launchd.user.envVariables", either({str(), list(str())}), "Variables of all jobs of users.");
}

}  // namespace darwin
