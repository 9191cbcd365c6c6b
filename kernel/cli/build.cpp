// `fleetd build`: systems of hosts.
#include <fmt/format.h>

#include "kernel/cli/operations.hpp"
#include "kernel/cli/text_table.hpp"

namespace fleetd::cli {

int runBuild(Context& cx) {
  auto operation = beginOperation(cx, Reaching::No);
  if (!operation) return cx.fail(operation.error());
  if (auto rendered = renderFor(cx, *operation); !rendered) return cx.fail(rendered.error());
  const auto built = buildFor(cx, *operation);
  if (!built) return cx.fail(built.error());
  if (cx.json()) {
    base::JsonWriter json(cx.out.data(), 2);
    json.beginArray();
    for (std::size_t i = 0; i < built->size(); ++i) {
      const fleet::Host& host = *operation->meant[i].host;
      json.beginObject().member("host", host.name).member("class", host.klass).key("system");
      (*built)[i].path.empty() ? json.null() : json.string((*built)[i].path);
      json.member("evaluated", (*built)[i].evaluated).endObject();
    }
    json.endArray();
    cx.out.write("\n");
    return cx.finish();
  }
  TextTable table({{"HOST"}, {"CLASS", false, 0, 2}, {"RESULT", false, 0, 1}, {"SYSTEM"}});
  for (std::size_t i = 0; i < built->size(); ++i) {
    const auto& [path, evaluated] = (*built)[i];
    const fleet::Host& host = *operation->meant[i].host;
    table.add({{host.name, kBold},
               {host.klass},
               {path.empty() ? "failed"
                : evaluated  ? "built"
                             : "unchanged",
                path.empty() ? kRed : kGreen},
               {path}});
  }
  if (!table.empty() && !cx.quiet()) cx.out.write(table.text(0, cx.out.colorData()));
  return cx.finish();
}

}  // namespace fleetd::cli
