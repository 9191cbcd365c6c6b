// Reading fleet.json.
#include "kernel/fleet/named_hosts.hpp"

#include <sys/stat.h>

#include "kernel/base/file.hpp"

namespace fleetd::fleet {

namespace {

// Reading a smaller file takes less than starting a thread.
constexpr off_t kWorthAThread = 16 << 10;

std::unordered_map<std::string_view, std::size_t> quotedTexts(std::string_view json) {
  std::unordered_map<std::string_view, std::size_t> out;
  for (std::size_t begin = json.find('"'); begin != std::string_view::npos;) {
    std::size_t end = begin + 1;
    while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? std::size_t{2} : std::size_t{1};
    if (end >= json.size()) break;
    out.emplace(json.substr(begin + 1, end - begin - 1), begin);
    begin = json.find('"', end + 1);
  }
  return out;
}

Result<std::unique_ptr<NamedHosts>> read(const std::string& path) {
  auto out = std::make_unique<NamedHosts>();
  FLEETD_TRY_ASSIGN(out->text, base::readFile(path));
  base::JsonLimits limits;
  limits.duplicateKeys = base::DuplicateKeys::Refuse;
  out->json = base::parseJson(out->text, limits, &out->failedAt);
  if (out->json) out->places = quotedTexts(out->text);
  return out;
}

}  // namespace

std::future<Result<std::unique_ptr<NamedHosts>>> readNamedHosts(std::string path) {
  struct stat st {};
  const bool large = ::stat(path.c_str(), &st) == 0 && st.st_size >= kWorthAThread;
  const auto how = large ? std::launch::async : std::launch::deferred;
  return std::async(how, [path = std::move(path)] { return read(path); });
}

}  // namespace fleetd::fleet
