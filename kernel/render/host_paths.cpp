// Directory names for hosts.
#include "kernel/render/host_paths.hpp"

#include <map>

#include <fmt/format.h>

#include "kernel/base/text.hpp"

namespace fleetd::render {

namespace {

constexpr std::size_t kMaxName = 200;  // bytes; file systems allow 255

std::string encoded(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                       c == '+' || c == '@' || c == '-' || (c == '.' && !out.empty());
    if (plain)
      out += c;
    else
      out += fmt::format("%{:02x}", static_cast<unsigned char>(c));
  }
  if (out.size() > kMaxName) out.resize(kMaxName);
  return out;
}

}  // namespace

std::vector<std::string> hostDirectories(const std::vector<fleet::Host>& hosts) {
  std::vector<std::string> out;
  std::map<std::string, int> taken;
  for (const fleet::Host& host : hosts) {
    std::string path = fmt::format("hosts/{}/{}", host.klass, encoded(host.name));
    // No encoded name holds "%.", so a number made with it meets no other name.
    if (const int before = taken[base::toLower(path)]++; before > 0) path += fmt::format("%.{}", before + 1);
    out.push_back(std::move(path));
  }
  return out;
}

}  // namespace fleetd::render
