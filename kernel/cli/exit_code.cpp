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
  if (id == "FL0815" || id == "FL0816" || id == "FL0817" || id == "FL0822" || id == "FL0825" || id == "FL0328")
    return kEnvironment;
  // A controller that cannot be asked.
  if (id >= "FL0871" && id <= "FL0875") return kEnvironment;
  if (id == "FL0870") return kUsage;
  if (id == "FL0501" || id == "FL0503" || id == "FL0347" || id == "FL0830" || id.starts_with("FL09")) return kUsage;
  return kFindings;
}

int worse(int a, int b) { return rank(a) >= rank(b) ? a : b; }

}  // namespace fleetd::cli
