// `fleetd eject`: the fleet as a flake that needs no fleetd.
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/derivations.hpp"
#include "kernel/cli/locate.hpp"
#include "kernel/render/build_tree.hpp"
#include "kernel/render/source_info.hpp"

namespace fleetd::cli {

namespace {

using base::Code;

constexpr std::string_view kOverwritten = "Changes are overwritten.";

Result<std::string> placeOf(Context& cx, const std::string& name) {
  if (!cx.args.positionals.empty()) return absolutePath(cx.args.positional(0));
  return fmt::format("{}-ejected", cx.root().substr(0, cx.root().rfind('/') + 1) + name);
}

Result<void> mustBeEmpty(const std::string& directory) {
  if (base::fileType(directory) == base::FileType::Missing) return {};
  FLEETD_TRY_ASSIGN(const auto entries, base::listDir(directory));
  if (entries.empty()) return {};
  return Error{Code::FL0830, fmt::format("{} is not empty", base::sanitize(directory)), "name another directory", {}};
}

// What was a tree that fleetd keeps becomes files that belong to their owner.
Result<void> release(const render::BuildTree& tree) {
  for (const std::string& path : tree.generated) {
    const std::string full = tree.root + "/" + path;
    FLEETD_TRY_ASSIGN(std::string text, base::readFile(full));
    const auto at = text.find(kOverwritten);
    if (at == std::string::npos || text.substr(0, at).find('\n') != std::string::npos) continue;
    text.replace(at, kOverwritten.size(), "It is yours to change.");
    FLEETD_TRY(base::writeFileAtomic(full, text));
  }
  return base::removeTree(tree.root + "/" + render::kManifest);
}

}  // namespace

int runEject(Context& cx) {
  auto opened = cx.openFleet();
  if (!opened) return cx.fail(opened.error());
  std::vector<std::string> names;  // all: those that are deployed to only when named, too
  for (const fleet::Host& host : (*opened)->hosts()) names.push_back(host.klass + ":" + host.name);
  auto operation = beginOperation(cx, Reaching::No, names);
  if (!operation) return cx.fail(operation.error());
  fleet::Fleet& fleet = cx.workspace().fleet();
  const auto out = placeOf(cx, fleet.name());
  if (!out) return cx.fail(out.error());
  if (auto empty = mustBeEmpty(*out); !empty) return cx.fail(empty.error());
  // The usual tree first: it says what is wrong, and is what the copy is compared with.
  if (auto rendered = renderFor(cx, *operation); !rendered) return cx.fail(rendered.error());
  render::HostFiles files(cx.workspace());
  std::vector<const fleet::Host*> hosts;
  for (const fleet::Host& host : fleet.hosts()) {
    const auto composed = cx.compose(host);
    files.add(host, *composed, cx.diagnostics);
    hosts.push_back(&host);
  }
  if (cx.diagnostics.hasErrors())
    return cx.fail({Code::FL0801, "the fleet has errors: nothing was written", "`fleetd check` shows them", {}});
  auto generated = files.files(cx.diagnostics);
  if (!generated) return cx.fail(generated.error());
  base::Diagnostics again;  // the notes of the first tree
  // Beside its place until it is complete: what a process that was killed has left is nobody's flake.
  const std::string unfinished = *out + ".fleetd-new";
  if (auto gone = base::removeTree(unfinished); !gone) return cx.fail(gone.error());
  const auto tree = render::writeBuildTree(fleet, *std::move(generated), unfinished, again);
  if (!tree) return cx.fail(tree.error());
  if (auto released = release(*tree); !released) return cx.fail(released.error());
  if ((::rmdir(out->c_str()) != 0 && errno != ENOENT) || ::rename(unfinished.c_str(), out->c_str()) != 0)
    return cx.fail({Code::FL0003,
                    fmt::format("cannot make {}: {}", base::sanitize(*out), std::strerror(errno)),
                    fmt::format("the flake is in {}", base::sanitize(unfinished)),
                    {}});
  if (cx.args.has("--verify")) {
    const auto all =
        compareDerivations(cx, hosts, deploy::pathReference(operation->nix.tree), deploy::pathReference(*out));
    if (!all) return cx.fail(all.error());
    for (const auto& one : *all) reportDifference(cx, one, "fleetd", "the flake without it", "");
  }
  // It has a revision of its own from now on.
  static_cast<void>(base::removeTree(*out + "/" + render::kSourceInfoFile));
  if (cx.json()) {
    base::JsonWriter json(cx.out.data(), 2);
    json.beginObject().member("directory", *out).key("files");
    json.unsignedInteger(tree->sources + tree->generated.size())
        .member("verified", cx.args.has("--verify"))
        .endObject();
    cx.out.write("\n");
  } else if (!cx.quiet()) {
    cx.out.message(
        fmt::format("{} holds a flake of {} files that needs no fleetd\nnext: cd there, git init, git add --all\n",
                    base::sanitize(*out), tree->sources + tree->generated.size()));
  }
  return cx.finish();
}

}  // namespace fleetd::cli
