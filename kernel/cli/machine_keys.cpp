// Asking the vars plugin for a key without ever holding it.
#include "kernel/cli/machine_keys.hpp"

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/cli/vars_store.hpp"

namespace fleetd::cli {

std::shared_ptr<deploy::MachineKey> keyOf(Context& cx, const fleet::Host& host) {
  if (host.klass == "home") return nullptr;
  const std::string& inventory = cx.workspace().services().inventory().directory;
  const std::string directory = inventory.empty() ? cx.root() : inventory;
  const std::string store = storeNameOf(cx.workspace(), host);
  const std::string kept = store == "age" ? fmt::format("secrets/age-keys/machines/{}/key.age", host.name)
                                          : fmt::format("sops/secrets/{}-age.key/secret", host.name);
  if ((store != "sops" && store != "age") || !base::isRegularFile(fmt::format("{}/{}", directory, kept)))
    return nullptr;
  auto out = std::make_shared<deploy::MachineKey>();
  if (auto place = secretDirectoryOf(cx.workspace(), host))
    out->directory = *std::move(place);
  else
    out->missing = place.error();
  if (out->missing) return out;
  base::Pipe pipe = base::makePipe();
  if (!pipe.read) {
    out->missing =
        Error{base::Code::FL0004, "there are no more file descriptors for keys", "deploy to fewer hosts at once", {}};
    return out;
  }
  sdk::Attrs request{{"fleet", directory},
                     {"verb", "machine-key"},
                     {"machine", host.name},
                     {"store", sdk::Attrs{{"kind", store}}},
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
