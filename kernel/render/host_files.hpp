// What fleetd generates for hosts: the files of their plugins, and their entries in hosts.nix.
#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "kernel/render/generated.hpp"
#include "kernel/render/workspace.hpp"

namespace fleetd::render {

struct GeneratedFile {
  std::string path;  // relative to the tree
  std::string text;
  bool executable = false;
};

// Collects composed hosts one by one, so that none has to be kept, and asks each platform once for all of them. One
// thread.
class HostFiles {
 public:
  explicit HostFiles(Workspace& workspace);

  // `host` is one of fleet().hosts(), composed without an error.
  void add(const fleet::Host& host, fleet::ComposedHost& composed, Diagnostics& diagnostics);

  // The files of all hosts added, of the plugins they use, and hosts.nix. Hosts that were not added are in hosts.nix
  // with the reason why they cannot be built from this tree. What a platform refuses to render is in `diagnostics` as
  // an error. Error FL0310.
  Result<std::vector<GeneratedFile>> files(Diagnostics& diagnostics);

 private:
  struct One {
    std::size_t index = 0;  // in fleet().hosts()
    plugin::ComposedView view;
    bool facts = true;
    bool generators = false;  // it has generators that a plugin declares
  };

  Result<void> addPluginOptions(const fleet::Host& host, HostEntry& entry);
  Result<void> addMacFacts(const fleet::Host& host, std::size_t index, HostEntry& entry);
  Result<void> renderClass(const std::string& klass, std::vector<One>& hosts, Diagnostics& diagnostics);

  Workspace& workspace_;
  std::vector<std::string> directories_;
  std::map<std::string, std::vector<One>> byClass_;
  std::map<std::string, std::string> optionFiles_;  // by plugin
  std::vector<GeneratedFile> files_;
  std::map<std::size_t, HostEntry> entries_;
};

}  // namespace fleetd::render
