// Which exit code an error stands for.
#include "kernel/cli/exit_code.hpp"

#include <algorithm>
#include <array>

namespace fleetd::cli {

namespace {

int rank(int code) {
  constexpr std::array kOrder{kOk, kFindings, kEnvironment, kUsage, kInternal};
  return static_cast<int>(std::find(kOrder.begin(), kOrder.end(), code) - kOrder.begin());
}

}  // namespace

int exitCodeOf(base::Code code) {
  const std::string_view id = base::info(code).id;
  if (id == "FL0001") return kInternal;
  if (id == "FL0003" || id == "FL0007" || id == "FL0008" || id == "FL0905" || id == "FL0906") return kEnvironment;
  // A host that cannot be reached, or is busy; no place for state; no sandbox.
  for (const std::string_view one : {"FL0815", "FL0816", "FL0817", "FL0822", "FL0825", "FL0328", "FL0883", "FL0884"})
    if (id == one) return kEnvironment;
  // A controller that cannot be asked.
  if (id >= "FL0871" && id <= "FL0875") return kEnvironment;
  for (const std::string_view one : {"FL0347", "FL0501", "FL0503", "FL0830", "FL0870", "FL0880"})
    if (id == one) return kUsage;
  if (id.starts_with("FL09")) return kUsage;
  return kFindings;
}

int worse(int a, int b) { return rank(a) >= rank(b) ? a : b; }

}  // namespace fleetd::cli
