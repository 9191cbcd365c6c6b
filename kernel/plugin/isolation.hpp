// Isolation: which plugins run in processes of their own, and the command that starts such a process.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/plugin/search.hpp"

namespace fleetd::plugin {

enum class Isolate : std::uint8_t {
  none,
  thirdParty,  // those that do not come with fleetd
  all,         // but for those that work with the keys and the terminal of whoever runs fleetd
};

struct Isolation {
  Isolate who = Isolate::none;
  bool sandbox = true;                // false: processes without one
  std::string program;                // fleet-plugin-host; empty: the one beside this program
  std::uint64_t memory = 1ull << 30;  // bytes of address space for one plugin
  std::uint64_t processes = 256;      // threads of one plugin, where the system counts them
  unsigned restarts = 2;              // see RestartPolicy
  unsigned seconds = 60;              // a plugin may take for one answer, isolated or not
  // Plugins that crashed inside of this program, by id, with the signal: from then on they are isolated.
  std::map<std::string, int> crashed;
  // Absolute paths that plugins in a sandbox see as well, read-only; by plugin id.
  std::map<std::string, std::vector<std::string>> files;
};

// "all" (also the empty word), "third-party", "unsandboxed", "none"; nothing for other words.
std::optional<Isolation> readIsolation(std::string_view word);
inline constexpr std::string_view kIsolationWords = "all, third-party, unsandboxed or none";

bool isIsolated(const Isolation& isolation, const PluginFile& file);
// Whether it may have a process of its own, where any has.
bool canBeIsolated(const Isolation& isolation, const PluginFile& file);

// "1" to "600"; nothing for other words.
std::optional<unsigned> readSeconds(std::string_view word);

// "ID=PATH" of whoever runs fleetd, into `isolation.files`: the real path of a file or directory that exists. Error
// FL0903 for other words, for `/`, and for what is not there.
Result<void> addFiles(Isolation& isolation, std::string_view word);

// The command that runs a plugin host which loads `library` of the plugin `id` and talks to a socket in
// `socketDirectory`. Errors: FL0328 when the program or a sandbox is missing.
Result<std::vector<std::string>> hostCommand(const Isolation& isolation, const std::string& id,
                                             const std::string& library, const std::string& socketDirectory);

}  // namespace fleetd::plugin
