// Asking the vars plugin for a key without ever holding it.
#include "kernel/cli/machine_keys.hpp"

#include <fmt/format.h>

#include "kernel/base/file.hpp"

namespace fleetd::cli {

std::shared_ptr<deploy::MachineKey> keyOf(Context& cx, const fleet::Host& host) {
  if (host.klass == "home") return nullptr;
  const std::string& inventory = cx.workspace().services().inventory().directory;
  const std::string directory = inventory.empty() ? cx.root() : inventory;
  if (!base::isRegularFile(fmt::format("{}/sops/secrets/{}-age.key/secret", directory, host.name))) return nullptr;
  auto out = std::make_shared<deploy::MachineKey>();
  base::Pipe pipe = base::makePipe();
  if (!pipe.read) {
    out->missing =
        Error{base::Code::FL0004, "there are no more file descriptors for keys", "deploy to fewer hosts at once", {}};
    return out;
  }
  sdk::Attrs request{{"fleet", directory},
                     {"verb", "machine-key"},
                     {"machine", host.name},
                     {"descriptor", std::int64_t{pipe.write.get()}}};
  const auto answer = cx.workspace().plugins().request("vars", plugin::PluginValue(std::move(request)));
  if (!answer) {
    out->missing = Error{base::Code::FL0832,
                         fmt::format("{} needs its key: {}", host.name, answer.error().message),
                         answer.error().hint,
                         {}};
    return out;
  }
  out->pipe = std::move(pipe.read);
  return out;
}

}  // namespace fleetd::cli
