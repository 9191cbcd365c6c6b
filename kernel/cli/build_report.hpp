// Telling of builds while they run: a line of progress on a terminal, or an object a line for programs.
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "kernel/cli/context.hpp"
#include "kernel/deploy/build.hpp"

namespace fleetd::cli {

// What `unchanged`, `evaluated` and `built` are called everywhere; "failed" and "skipped" for those without a system.
std::string_view buildResultName(const Result<deploy::Built>& result);

// Calls come one at a time.
class BuildReport {
 public:
  enum class Form : bool { People, Events };
  BuildReport(Context& cx, Form form, std::size_t hosts) : cx_(cx), form_(form), hosts_(hosts) {}

  void tell(const deploy::BuildEvent& event, const deploy::NixSettings& nix);
  // The last line of the events.
  void summary(const std::vector<const fleet::Host*>& hosts, const std::vector<deploy::Built>& built);

 private:
  void started(const deploy::BuildEvent& event, const deploy::NixSettings& nix);
  void ended(const deploy::BuildEvent& event, const deploy::NixSettings& nix);
  void progress(const deploy::BuildEvent& event);
  void line();

  Context& cx_;
  Form form_;
  std::size_t hosts_;
  std::size_t done_ = 0;
  std::int64_t began_ = 0;
  std::map<std::string, std::int64_t, std::less<>> running_;  // since when, by name
  std::map<std::string, std::int64_t, std::less<>> counts_;   // by result
};

}  // namespace fleetd::cli
