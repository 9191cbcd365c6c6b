// `fleetd render`: the build tree of a fleet without errors.
#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/cli/locate.hpp"
#include "kernel/render/build_tree.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using base::Error;

Result<std::string> placeOf(Context& cx, const fleet::Fleet& fleet) {
  if (!cx.args.has("--out")) return render::defaultTree(fleet.name());
  const auto given = cx.args.value("--out");
  if (given.empty()) return Error{Code::FL0903, "--out names no directory", "", {}};
  return absolutePath(given);
}

void print(Context& cx, const render::BuildTree& tree) {
  if (cx.json()) {
    base::JsonWriter json(cx.out.data(), 2);
    json.beginObject().member("tree", tree.root).key("generated").beginArray();
    for (const std::string& path : tree.generated) json.string(path);
    json.endArray();
    json.key("sources").unsignedInteger(tree.sources);
    json.key("written").unsignedInteger(tree.counts.written);
    json.key("unchanged").unsignedInteger(tree.counts.unchanged);
    json.key("removed").unsignedInteger(tree.counts.removed);
    json.endObject();
    cx.out.write("\n");
    return;
  }
  if (cx.quiet()) return;
  cx.out.write(fmt::format("{}: {} generated files around {} of the fleet; {} written, {} unchanged, {} removed\n",
                           base::sanitize(tree.root), tree.generated.size(), tree.sources, tree.counts.written,
                           tree.counts.unchanged, tree.counts.removed));
}

}  // namespace

int runRender(Context& cx) {
  auto fleet = cx.openFleet();
  if (!fleet) return cx.fail(fleet.error());
  const auto out = placeOf(cx, **fleet);
  if (!out) return cx.fail(out.error());
  const auto hosts = cx.selectHosts(cx.args.positionals);
  if (!hosts) return cx.fail(hosts.error());
  render::HostFiles files(cx.workspace());
  for (std::size_t i = 0; i < hosts->size(); ++i) {
    cx.progress("composing", i, hosts->size(), (*hosts)[i]->name);
    const auto composed = cx.compose(*(*hosts)[i]);
    files.add(*(*hosts)[i], *composed, cx.diagnostics);
  }
  cx.checkPlugins();
  const auto refuse = [&] {
    return cx.fail({Code::FL0801, "the fleet has errors: no build tree was written", "", {}});
  };
  if (cx.diagnostics.count(base::Severity::Error) > 0) return refuse();
  auto generated = files.files(cx.diagnostics);
  if (!generated) return cx.fail(generated.error());
  if (cx.diagnostics.count(base::Severity::Error) > 0) return refuse();
  const auto tree = render::writeBuildTree(**fleet, *std::move(generated), *out, cx.diagnostics);
  if (!tree) return cx.fail(tree.error());
  print(cx, *tree);
  return cx.finish();
}

}  // namespace fleetd::cli
