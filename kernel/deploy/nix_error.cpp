// What of Nix's output a person needs.
#include <algorithm>
#include <string>
#include <vector>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/deploy/nix.hpp"

namespace fleetd::deploy {

namespace {

constexpr std::size_t kMostLines = 30;

// Colours and other escape sequences.
std::string withoutEscapes(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\x1b') {
      out += text[i];
      continue;
    }
    if (i + 1 < text.size() && text[i + 1] == '[')
      for (++i; i + 1 < text.size() && !(text[i + 1] >= '@' && text[i + 1] <= '~' && text[i + 1] != '[');) ++i;
    ++i;
  }
  return out;
}

// The build tree's copy in the store is the fleet: "/nix/store/<hash>-source/modules/a.nix:3:5".
std::string withOwnPlaces(std::string text, const std::string& fleet) {
  if (fleet.empty()) return text;
  constexpr std::string_view kStore = "/nix/store/", kSource = "-source/";
  for (auto at = text.find(kStore); at != std::string::npos; at = text.find(kStore, at + 1)) {
    const auto name = at + kStore.size() + 32;
    if (text.compare(name, kSource.size(), kSource) != 0) continue;
    const auto start = name + kSource.size();
    const auto end = text.find_first_of(":'\" \n", start);
    const std::string path = text.substr(start, end == std::string::npos ? end : end - start);
    const std::string own = path == "flake.fleet-source.nix" ? "flake.nix" : path;
    if (base::isRegularFile(fleet + "/" + own)) text.replace(at, start + path.size() - at, fleet + "/" + own);
  }
  return text;
}

// What a failed builder printed last: with build logs on, its lines start with the derivation's name without version,
// "hello> ".
std::string builderWords(const std::vector<std::string_view>& lines, std::string_view error) {
  constexpr std::string_view kStart = "builder for '/nix/store/", kEnd = ".drv'";
  const auto at = error.find(kStart);
  const auto end = at == std::string_view::npos ? at : error.find(kEnd, at);
  const auto name = at + kStart.size() + 33;
  if (end == std::string_view::npos || name >= end) return {};
  const std::string_view full = error.substr(name, end - name);
  std::vector<std::string_view> said;
  for (const std::string_view line : lines)
    if (const auto mark = line.find("> ");
        mark != 0 && mark != std::string_view::npos && full.starts_with(line.substr(0, mark)))
      said.push_back(line);
  if (said.size() > kMostLines / 2) said.erase(said.begin(), said.end() - static_cast<std::ptrdiff_t>(kMostLines / 2));
  return said.empty() ? std::string() : "\n" + base::join(said, "\n");
}

}  // namespace

std::string reduceNixError(std::string_view output, const std::string& fleet) {
  const std::string clean = withOwnPlaces(withoutEscapes(output), fleet);
  auto lines = base::splitLines(base::trim(clean));
  // The last "error:" that starts a block; what comes before it is progress or the trace of how Nix got there.
  std::size_t start = lines.size();
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (base::trim(lines[i]).starts_with("error:")) start = i;
  if (start < lines.size() && base::trim(lines[start]) == "error:" && start + 1 < lines.size()) ++start;
  if (start == lines.size()) start = lines.size() > 5 ? lines.size() - 5 : 0;
  std::vector<std::string_view> block(lines.begin() + static_cast<std::ptrdiff_t>(start), lines.end());
  // Of no use to somebody who did not call Nix.
  std::erase_if(block, [](std::string_view line) { return line.find("(use '--show-trace'") != line.npos; });
  if (block.size() > kMostLines) block.resize(kMostLines);
  std::string out = base::join(block, "\n");
  out = base::sanitize(out + builderWords(lines, out));
  if (out.starts_with("error: ")) out.erase(0, 7);
  return out.empty() ? "it said nothing" : out;
}

}  // namespace fleetd::deploy
