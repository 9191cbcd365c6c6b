// `fleetd version`.
#include <fmt/format.h>

#include "kernel/base/version.hpp"
#include "kernel/cli/context.hpp"

namespace fleetd::cli {

int runVersion(Context& cx) {
  if (!cx.json()) {
    cx.out.write(fmt::format("fleetd {}\n", base::version()));
    return kOk;
  }
  base::JsonWriter json(cx.out.data(), 2);
  json.beginObject().member("version", base::version()).endObject();
  cx.out.write("\n");
  return kOk;
}

}  // namespace fleetd::cli
