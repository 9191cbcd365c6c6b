// Which files of the fleet a host can depend on: what its modules, and the code that makes it, can reach.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "kernel/fleet/fleet.hpp"

namespace fleetd::fleet {

// The fleet's files as Nix sees them: paths relative to its root, and whether each is a symbolic link.
using FleetFiles = std::map<std::string, bool>;

// Paths are relative to the root of the fleet. What is not there is listed, too: it may appear.
struct HostReads {
  bool all = false;             // any file may be read
  std::string why;              // of `all`: what reads them, with its place
  std::set<std::string> files;  // content
  std::set<std::string> trees;  // content of everything below
  std::set<std::string> names;  // what there is below, not what is in it
};

// Errs on the side of more: where the code does something that is not understood, a host reads all. Asked on the
// fleet's thread; evaluates what the fleet's outputs hold, no host.
class HostReader {
 public:
  // `files` outlives the reader. `text` gives the text of one of them.
  using Text = std::function<std::optional<std::string>(const std::string& path)>;
  HostReader(Fleet& fleet, const FleetFiles& files, Text text);
  ~HostReader();

  HostReads of(const Host& host);
  // What a generated module reads besides; `path` is that in the build tree, of which `text` knows, too.
  void addGenerated(const std::string& path, HostReads& reads);

 private:
  struct Shared;
  std::unique_ptr<Shared> shared_;
};

}  // namespace fleetd::fleet
