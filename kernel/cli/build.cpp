// `fleetd build`: systems of hosts.
#include <fmt/format.h>

#include "kernel/cli/operations.hpp"
#include "kernel/cli/text_table.hpp"

namespace fleetd::cli {

int runBuild(Context& cx) {
  auto operation = beginOperation(cx, Reaching::No);
  if (!operation) return cx.fail(operation.error());
  if (auto rendered = renderFor(cx, *operation); !rendered) return cx.fail(rendered.error());
  BuildReport report(cx, cx.json() ? BuildReport::Form::Events : BuildReport::Form::People, operation->meant.size());
  const auto built = buildFor(cx, *operation, report);
  if (cx.json()) {
    std::vector<const fleet::Host*> hosts;
    for (const Meant& one : operation->meant) hosts.push_back(one.host);
    report.summary(hosts, built ? *built : std::vector<deploy::Built>(hosts.size()));
    return built ? cx.finish() : cx.fail(built.error());
  }
  if (!built) return cx.fail(built.error());
  TextTable table({{"HOST"}, {"CLASS", false, 0, 2}, {"RESULT", false, 0, 1}, {"SECONDS", true, 0, 3}, {"SYSTEM"}});
  for (std::size_t i = 0; i < built->size(); ++i) {
    const deploy::Built& one = (*built)[i];
    const fleet::Host& host = *operation->meant[i].host;
    table.add({{host.name, kBold},
               {host.klass},
               {std::string(buildResultName(one)), one.path.empty() ? kRed : kGreen},
               {one.evaluated ? fmt::format("{:.1f}", static_cast<double>(one.milliseconds) / 1000) : ""},
               {one.path}});
  }
  if (!table.empty() && !cx.quiet()) cx.out.write(table.text(0, cx.out.colorData()));
  return cx.finish();
}

}  // namespace fleetd::cli
