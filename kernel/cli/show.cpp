// `fleetd show`: configurations as text or JSON.
#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "kernel/cli/context.hpp"
#include "kernel/cli/target.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using base::Error;

constexpr std::size_t kChunk = 1u << 20;  // bytes collected before they are written

// The key of a host where all are listed: its name, with the class where another class uses the name, too.
class Keys {
 public:
  explicit Keys(const fleet::Fleet& fleet) {
    for (const fleet::Host& host : fleet.hosts()) ++uses_[host.name];
  }
  std::string of(const fleet::Host& host) const {
    return uses_.at(host.name) > 1 ? fmt::format("{}:{}", host.klass, host.name) : host.name;
  }

 private:
  std::unordered_map<std::string_view, std::size_t> uses_;
};

Result<void> showOne(Context& cx, const fleet::Host& host, const std::string& path) {
  const auto composed = cx.compose(host);
  const bool defaults = cx.args.has("--defaults");
  if (!cx.json()) {
    FLEETD_TRY_ASSIGN(const std::string text, composed->text(path, defaults));
    cx.out.write(text);
    return {};
  }
  std::string text;
  base::JsonWriter json(text, 2);
  FLEETD_TRY(composed->writeJson(json, path, defaults));
  cx.out.write(text);
  cx.out.write("\n");
  return {};
}

void showAllText(Context& cx, const fleet::Fleet& fleet, const std::vector<const fleet::Host*>& hosts) {
  const Keys keys(fleet);
  for (std::size_t i = 0; i < hosts.size() && !cx.out.readerGone(); ++i) {
    const auto text = cx.compose(*hosts[i])->text("", cx.args.has("--defaults"));
    if (!text) {
      cx.diagnostics.add(text.error());
      continue;
    }
    cx.out.write(fmt::format("{}{}\n", i == 0 ? "" : "\n", cx.out.styled(kBold, "# " + keys.of(*hosts[i]))));
    cx.out.write(*text);
    cx.out.drain(kChunk);
  }
}

// One object: host → configuration. A host without a printable configuration is left out; the findings say why.
void showAllJson(Context& cx, const fleet::Fleet& fleet, std::vector<const fleet::Host*> hosts) {
  std::vector<std::pair<std::string, const fleet::Host*>> keyed;
  const Keys keys(fleet);
  for (const fleet::Host* host : hosts) keyed.emplace_back(keys.of(*host), host);
  std::sort(keyed.begin(), keyed.end());
  base::JsonWriter json(cx.out.data());
  json.beginObject();
  std::vector<const fleet::Host*> order;
  for (const auto& [key, host] : keyed) order.push_back(host);
  const bool defaults = cx.args.has("--defaults");
  cx.composeTogether(order, !defaults, [&](std::size_t i, fleet::ComposedHost& composed) {
    std::string one;
    base::JsonWriter writer(one);
    const Result<void> wrote = composed.writeJson(writer, "", defaults);
    if (wrote)
      json.key(keyed[i].first).raw(one);
    else
      cx.diagnostics.add(wrote.error());
    cx.out.drain(kChunk);
    return !cx.out.readerGone();
  });
  if (cx.out.readerGone()) return;
  json.endObject();
  cx.out.write("\n");
}

int showAll(Context& cx) {
  if (!cx.args.positionals.empty())
    return cx.fail({Code::FL0903,
                    fmt::format("--all and the host `{}` exclude each other", shownWord(cx.args.positional(0))),
                    "",
                    {}});
  auto fleet = cx.openFleet();
  if (!fleet) return cx.fail(fleet.error());
  const auto hosts = cx.selectHosts({});
  if (!hosts) return cx.fail(hosts.error());
  if (cx.json())
    showAllJson(cx, **fleet, *hosts);
  else
    showAllText(cx, **fleet, *hosts);
  return cx.finish();
}

}  // namespace

int runShow(Context& cx) {
  if (cx.args.has("--all")) return showAll(cx);
  const auto target = parseTarget(cx.args.positionals);
  if (!target) return cx.fail(target.error());
  auto fleet = cx.openFleet();
  if (!fleet) return cx.fail(fleet.error());
  const auto host = (*fleet)->findHost(target->host);
  if (!host) return cx.fail(host.error());
  const Result<void> shown = showOne(cx, **host, target->path);
  return shown ? cx.finish() : cx.fail(shown.error());
}

}  // namespace fleetd::cli
