// `fleetd adopt`: the systems that fleetd builds beside those of the fleet's own flake.
#include <set>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/cli/derivations.hpp"
#include "kernel/cli/text_table.hpp"
#include "kernel/deploy/flake_source.hpp"
#include "kernel/fleet/channels.hpp"

namespace fleetd::cli {

namespace {

using base::Code;

// What plugins and channels.json add to a host, for the one who wonders about a difference.
std::string additions(Context& cx, const fleet::Host& host) {
  std::set<std::string> from;
  std::size_t count = 0;
  for (const auto& definition : cx.workspace().definitionsToWrite(host)) {
    from.insert(definition.from);
    ++count;
  }
  std::vector<std::string> parts;
  if (count != 0)
    parts.push_back(fmt::format("{} definitions of {}", count,
                                base::join(std::vector<std::string>(from.begin(), from.end()), ", ")));
  base::Diagnostics said;  // `check` tells what is wrong with it
  if (fleet::readChannels(cx.root(), cx.sources, said)) parts.push_back("what channels.json says");
  return parts.empty() ? std::string() : fmt::format("fleetd adds {}", base::join(parts, ", and "));
}

// A system that holds its flake's source holds another one when fleetd builds it.
std::string ownSource(Context& cx, const Derivations& one) {
  if (!one.left || !one.right || *one.left == *one.right) return {};
  const auto source = deploy::flakeSource(cx.root());
  if (!source || !deploy::derivationNeeds(*one.left, *source)) return {};
  return "its configuration holds the flake's own source (`self`), which is the build tree when fleetd builds it";
}

void write(Context& cx, const std::vector<Derivations>& all) {
  base::JsonWriter json(cx.out.data(), 2);
  json.beginArray();
  for (const auto& one : all) {
    const auto path = [&](std::string_view key, const Result<std::string>& drv) {
      json.key(key);
      drv ? json.string(*drv) : json.null();
    };
    json.beginObject().member("host", one.host->name).member("class", one.host->klass);
    path("own", one.left);
    path("fleetd", one.right);
    json.member("same", one.same()).endObject();
  }
  json.endArray();
  cx.out.write("\n");
}

void print(Context& cx, const std::vector<Derivations>& all) {
  TextTable table({{"HOST"}, {"CLASS"}, {"RESULT"}, {"DERIVATION", false, 20, 1}});
  for (const auto& one : all) {
    const bool failed = !one.left || !one.right;
    table.add({{one.host->name, kBold},
               {one.host->klass},
               {one.same() ? "same"
                : failed   ? "failed"
                           : "differs",
                one.same() ? kGreen : kRed},
               {one.right ? *one.right : "", kDim}});
  }
  if (!table.empty() && !cx.quiet()) cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
}

}  // namespace

int runAdopt(Context& cx) {
  auto operation = beginOperation(cx, Reaching::No);
  if (!operation) return cx.fail(operation.error());
  if (cx.workspace().fleet().kind() != fleet::Kind::Flake)
    return cx.fail({Code::FL0501,
                    "the fleet has no flake.nix, so there is no other command to compare with",
                    "`fleetd build` builds its hosts",
                    {}});
  if (auto rendered = renderFor(cx, *operation); !rendered) return cx.fail(rendered.error());
  std::vector<const fleet::Host*> hosts;
  for (const Meant& one : operation->meant) {
    const bool hive = one.host->origin == "colmena";
    if (!hive && one.host->attribute.empty()) {
      hosts.push_back(one.host);
      continue;
    }
    Diagnostic d = Diagnostic::from(
        {Code::FL0833,
         hive ? fmt::format("{} is only in the hive, which colmena evaluates: not compared", one.host->name)
              : fmt::format("{} is in legacyPackages of its system: not compared", one.host->name),
         "",
         {}});
    cx.diagnostics.add(std::move(d));
  }
  const auto all = compareDerivations(cx, hosts, cx.root(), deploy::pathReference(operation->nix.tree));
  if (!all) return cx.fail(all.error());
  bool same = true, failed = false;
  for (const auto& one : *all) {
    same = same && one.same();
    failed = failed || !one.left || !one.right;
    std::string note = additions(cx, *one.host);
    if (const std::string own = ownSource(cx, one); !own.empty()) note += (note.empty() ? "" : "; ") + own;
    reportDifference(cx, one, "the fleet's own flake", "fleetd", note);
  }
  cx.json() ? write(cx, *all) : print(cx, *all);
  if (!cx.json() && !cx.quiet()) {
    const std::string first = all->empty() ? "HOST" : all->front().host->name;
    cx.out.message(same ? fmt::format("fleetd builds what your flake builds; nothing in the repository was changed\n"
                                      "next: fleetd deploy {} --goal dry-activate\n",
                                      first)
                   : failed ? "next: make `nix build` of what failed work\n"
                            : "next: fleetd build, then compare both systems with `nix store diff-closures`\n");
  }
  return cx.finish();
}

}  // namespace fleetd::cli
