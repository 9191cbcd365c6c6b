#include "kernel/base/diagnostic_order.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/core.h>

namespace fleetd::base {

std::vector<Diagnostic> inSourceOrder(std::vector<Diagnostic> diagnostics, const SourceMap& sources) {
  struct Entry {
    std::string_view file;
    LineColumn at;
    Diagnostic* diagnostic;
  };
  std::vector<Entry> entries;
  entries.reserve(diagnostics.size());
  for (Diagnostic& d : diagnostics) {
    const Location location = sources.locate(d.span.begin);
    entries.push_back(
        {location.file ? std::string_view(location.file->name) : std::string_view(d.file), location.at, &d});
  }
  auto key = [](const Entry& e) {
    const Diagnostic& d = *e.diagnostic;
    return std::tie(e.file, e.at.line, e.at.column, d.code, d.host, d.option, d.message);
  };
  std::stable_sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) { return key(a) < key(b); });
  entries.erase(
      std::unique(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) { return key(a) == key(b); }),
      entries.end());
  std::vector<Diagnostic> out;
  out.reserve(entries.size());
  for (const Entry& entry : entries) out.push_back(std::move(*entry.diagnostic));
  return out;
}

namespace {

// Whether two findings are the same one about different hosts.
bool sameButForHost(const Diagnostic& a, const Diagnostic& b) {
  const auto sameLabel = [](const Label& x, const Label& y) {
    return x.span.begin == y.span.begin && x.span.end == y.span.end && x.text == y.text;
  };
  const auto sameFix = [](const Fix& x, const Fix& y) { return x.message == y.message; };
  return a.severity == b.severity && a.file == b.file && a.notes == b.notes &&
         std::equal(a.labels.begin(), a.labels.end(), b.labels.begin(), b.labels.end(), sameLabel) &&
         std::equal(a.fixes.begin(), a.fixes.end(), b.fixes.begin(), b.fixes.end(), sameFix);
}

constexpr std::size_t kNamedHosts = 8;

std::string onHosts(const std::vector<std::string>& hosts) {
  if (hosts.size() == 1) return "on host " + hosts.front();
  const std::size_t named = hosts.size() <= kNamedHosts + 1 ? hosts.size() : kNamedHosts;
  std::string out = "on hosts ";
  for (std::size_t i = 0; i < named; ++i) {
    if (i > 0) out += i + 1 == hosts.size() ? " and " : ", ";
    out += hosts[i];
  }
  if (named < hosts.size()) out += fmt::format(" and {} more", hosts.size() - named);
  return out;
}

}  // namespace

std::vector<Diagnostic> oncePerFinding(std::vector<Diagnostic> diagnostics) {
  struct Group {
    Diagnostic first;
    std::vector<std::string> hosts;
  };
  std::vector<Group> groups;
  std::map<std::tuple<Pos, Pos, Code, std::string, std::string>, std::vector<std::size_t>> byWhat;
  // What the fleet as a whole was told of need not be said of each of its hosts.
  std::set<std::tuple<Pos, Code, std::string>> ofFleet;
  for (const Diagnostic& d : diagnostics)
    if (d.host.empty() && d.span) ofFleet.emplace(d.span.begin, d.code, d.message);
  for (Diagnostic& d : diagnostics) {
    if (!d.host.empty() && d.span && ofFleet.contains({d.span.begin, d.code, d.message})) continue;
    if (d.host.empty()) {
      groups.push_back({std::move(d), {}});
      continue;
    }
    auto& alike = byWhat[{d.span.begin, d.span.end, d.code, d.option, d.message}];
    const auto same =
        std::find_if(alike.begin(), alike.end(), [&](std::size_t i) { return sameButForHost(groups[i].first, d); });
    if (same != alike.end()) {
      groups[*same].hosts.push_back(d.host);
      continue;
    }
    alike.push_back(groups.size());
    std::string host = d.host;
    groups.push_back({std::move(d), {std::move(host)}});
  }
  std::vector<Diagnostic> out;
  out.reserve(groups.size());
  for (Group& group : groups) {
    if (group.hosts.size() > 1) {
      group.first.host.clear();
      group.first.notes.push_back(onHosts(group.hosts));
    }
    out.push_back(std::move(group.first));
  }
  return out;
}

}  // namespace fleetd::base
