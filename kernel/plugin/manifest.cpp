// Copying and validating manifests.
#include "kernel/plugin/manifest.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>
#include <fleet/cxx/mapping.hpp>

#include "kernel/bus/errors.hpp"
#include "kernel/bus/prescan.hpp"
#include "kernel/plugin/failure.hpp"
#include "kernel/plugin/topics.hpp"

namespace fleetd::plugin {

namespace {

constexpr std::size_t kMaxText = 4096;    // bytes of a description
constexpr std::size_t kMaxEntries = 512;  // of one list
constexpr std::uint32_t kMinManifest = FLEET_FIELD_END_(fleet_manifest_t, topics_out);
constexpr std::uint32_t kMaxStruct = 64 * 1024;  // larger sizes are garbage

// Everything as text, before any rule was checked.
struct Raw {
  std::string id, name, version, vendor, license, url, description;
  std::uint32_t role = 0, flags = 0;
  fleet_version_t minHost{};
  std::optional<std::string> optionRoot;
  std::vector<std::string> platforms, requires_, reads, writes, topicsIn, topicsOut;
};

Error broken(const Raw& raw, std::string_view field, std::string_view what) {
  return fail(Code::FL0305, fmt::format("the manifest of plugin `{}` is invalid: {} {}", raw.id, field, what));
}

bool isIdLike(std::string_view text) {
  const auto inner = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (text.empty() || !inner(text.front()) || !inner(text.back())) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) { return inner(c) || c == '.' || c == '-'; });
}

bool isVersion(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text.front() >= '0' && text.front() <= '9' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' ||
                  c == '+';
         });
}

// Texts people see: UTF-8 of one line.
bool isLine(std::string_view text) {
  return sdk::isUtf8(text) &&
         std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; });
}

Result<std::vector<sdk::Path>> parsePaths(const Raw& raw, std::string_view field,
                                          const std::vector<std::string>& texts) {
  std::vector<sdk::Path> out;
  for (const auto& text : texts) {
    auto path = sdk::parsePath(text);
    if (!path || path->empty() || !isLine(text))
      return broken(raw, field, fmt::format("holds `{}`, which is no option path", text));
    if (path->size() == 1 && path->front() == "*" && raw.role != FLEET_ROLE_PLATFORM && field == "writes")
      return broken(raw, field, "may be `*` for platforms only");
    out.push_back(*std::move(path));
  }
  return out;
}

Result<void> checkTexts(const Raw& raw) {
  if (!isPluginId(raw.id)) return broken(raw, "id", "has characters other than a-z, 0-9, `.` and `-`, or is too long");
  if (raw.name.empty()) return broken(raw, "name", "is missing");
  if (!isVersion(raw.version)) return broken(raw, "version", "is missing or does not start with a number");
  for (const auto* text : {&raw.name, &raw.vendor, &raw.license, &raw.url, &raw.description})
    if (!isLine(*text)) return broken(raw, "a text", "is not one line of UTF-8");
  if (raw.role < FLEET_ROLE_SERVICE || raw.role > FLEET_ROLE_NETWORK) return broken(raw, "role", "is unknown");
  constexpr std::uint32_t known = FLEET_MF_PURE | FLEET_MF_ISOLATE | FLEET_MF_IN_PROCESS;
  if ((raw.flags & ~known) != 0) return broken(raw, "flags", "has bits this fleetd does not know");
  for (const auto& platform : raw.platforms)
    if (!isIdLike(platform)) return broken(raw, "platforms", fmt::format("holds `{}`", platform));
  for (const auto& id : raw.requires_)
    if (!isPluginId(id)) return broken(raw, "requires", fmt::format("holds `{}`, which is no plugin id", id));
  for (const auto* list : {&raw.topicsIn, &raw.topicsOut})
    for (const auto& topic : *list)
      if (!isTopic(topic)) return broken(raw, "a list of topics", fmt::format("holds `{}`", topic));
  return {};
}

Result<Manifest> validate(Raw raw) {
  FLEETD_TRY(checkTexts(raw));
  if (!fleet_version_ok(FLEET_VERSION_INIT, raw.minHost)) {
    return fail(Code::FL0304, fmt::format("plugin `{}` needs version {} of the plugin ABI, this fleetd has {}", raw.id,
                                          formatVersion(raw.minHost), formatVersion(FLEET_VERSION_INIT)));
  }
  Manifest out;
  out.role = static_cast<Role>(raw.role);
  if (raw.optionRoot) {
    auto root = sdk::parsePath(*raw.optionRoot);
    if (!root || !isLine(*raw.optionRoot)) return broken(raw, "option_root", "is no option path");
    if (root->empty() && out.role != Role::platform)
      return broken(raw, "option_root", "may be the whole tree for platforms only");
    if (std::find(root->begin(), root->end(), "*") != root->end())
      return broken(raw, "option_root", "must not hold `*`");
    out.optionRoot = *std::move(root);
  }
  FLEETD_TRY_ASSIGN(out.reads, parsePaths(raw, "reads", raw.reads));
  FLEETD_TRY_ASSIGN(out.writes, parsePaths(raw, "writes", raw.writes));
  out.id = std::move(raw.id);
  out.name = std::move(raw.name);
  out.version = std::move(raw.version);
  out.vendor = std::move(raw.vendor);
  out.license = std::move(raw.license);
  out.url = std::move(raw.url);
  out.description = std::move(raw.description);
  out.flags = raw.flags;
  out.minHost = raw.minHost;
  out.platforms = std::move(raw.platforms);
  out.requires_ = std::move(raw.requires_);
  out.topicsIn = std::move(raw.topicsIn);
  out.topicsOut = std::move(raw.topicsOut);
  return out;
}

// A plugin's texts have no length we could trust: look for the end within bounds.
bool copyText(const char* from, std::string& to) {
  if (!from) return true;
  const std::size_t size = strnlen(from, kMaxText + 1);
  to.assign(from, std::min(size, kMaxText));
  return size <= kMaxText;
}

bool copyList(const char* const* from, std::vector<std::string>& to) {
  for (std::size_t i = 0; from && from[i]; ++i) {
    if (i == kMaxEntries || !copyText(from[i], to.emplace_back())) return false;
  }
  return true;
}

void packPaths(sdk::Packer& out, const std::vector<sdk::Path>& paths) {
  out.array(paths.size());
  for (const auto& path : paths) out.str(sdk::formatPath(path));
}

sdk::Result<bool> readNumber(sdk::Reader& in, std::uint32_t& out) {
  FLEET_TRY_ASSIGN(const auto number, in.natural());
  if (number > UINT32_MAX) return sdk::overLimit("a number needs more than 32 bits");
  out = static_cast<std::uint32_t>(number);
  return true;
}

sdk::Result<bool> readVersion(sdk::Reader& in, fleet_version_t& out) {
  FLEET_TRY_ASSIGN(const auto count, in.array());
  if (count != 3) return sdk::malformed("a version has three numbers");
  for (auto* part : {&out.major, &out.minor, &out.patch}) {
    FLEET_TRY_ASSIGN(const auto number, in.natural());
    if (number > UINT16_MAX) return sdk::overLimit("a version is too large");
    *part = static_cast<std::uint16_t>(number);
  }
  return true;
}

sdk::Result<Raw> readRaw(std::string_view bytes) {
  sdk::Reader in(bytes);
  Raw raw;
  FLEET_TRY(sdk::readFields(in, sdk::Unknown::refuse, [&](std::string_view name) -> sdk::Result<bool> {
    if (name == "id") return sdk::readInto(in, raw.id);
    if (name == "name") return sdk::readInto(in, raw.name);
    if (name == "version") return sdk::readInto(in, raw.version);
    if (name == "vendor") return sdk::readInto(in, raw.vendor);
    if (name == "license") return sdk::readInto(in, raw.license);
    if (name == "url") return sdk::readInto(in, raw.url);
    if (name == "description") return sdk::readInto(in, raw.description);
    if (name == "role") return readNumber(in, raw.role);
    if (name == "flags") return readNumber(in, raw.flags);
    if (name == "minHost") return readVersion(in, raw.minHost);
    if (name == "optionRoot") return sdk::readInto(in, raw.optionRoot.emplace());
    if (name == "platforms") return sdk::readTexts(in, raw.platforms);
    if (name == "requires") return sdk::readTexts(in, raw.requires_);
    if (name == "reads") return sdk::readTexts(in, raw.reads);
    if (name == "writes") return sdk::readTexts(in, raw.writes);
    if (name == "topicsIn") return sdk::readTexts(in, raw.topicsIn);
    if (name == "topicsOut") return sdk::readTexts(in, raw.topicsOut);
    return false;
  }));
  return raw;
}

}  // namespace

std::string_view roleName(Role role) {
  switch (role) {
    case Role::service: return "service";
    case Role::platform: return "platform";
    case Role::secrets: return "secrets";
    case Role::network: return "network";
  }
  return "";
}

bool Manifest::serves(std::string_view hostClass) const {
  return platforms.empty() || std::find(platforms.begin(), platforms.end(), hostClass) != platforms.end();
}

bool Manifest::mayWrite(const sdk::Path& path) const {
  return std::any_of(writes.begin(), writes.end(),
                     [&](const sdk::Path& allowed) { return sdk::isBelow(path, allowed); });
}

bool Manifest::mayRead(const sdk::Path& path) const {
  return role == Role::platform || (optionRoot && sdk::isBelow(path, *optionRoot)) || mayWrite(path) ||
         std::any_of(reads.begin(), reads.end(), [&](const sdk::Path& allowed) { return sdk::isBelow(path, allowed); });
}

bool isPluginId(std::string_view id) { return id.size() <= FLEET_MAX_ID && isIdLike(id); }

std::string formatVersion(fleet_version_t version) {
  return fmt::format("{}.{}.{}", version.major, version.minor, version.patch);
}

Result<Manifest> readManifest(const fleet_manifest_t* manifest) {
  if (!manifest) return fail(Code::FL0305, "the plugin has no manifest");
  if (manifest->struct_size < kMinManifest || manifest->struct_size > kMaxStruct) {
    return fail(Code::FL0304, fmt::format("the manifest claims a size of {} bytes, which is no version of it",
                                          manifest->struct_size));
  }
  Raw raw;
  raw.role = manifest->role;
  raw.flags = manifest->flags;
  raw.minHost = manifest->min_host;
  std::string root;
  const bool whole = copyText(manifest->id, raw.id) && copyText(manifest->name, raw.name) &&
                     copyText(manifest->version, raw.version) && copyText(manifest->vendor, raw.vendor) &&
                     copyText(manifest->license, raw.license) && copyText(manifest->url, raw.url) &&
                     copyText(manifest->description, raw.description) && copyText(manifest->option_root, root) &&
                     copyList(manifest->platforms, raw.platforms) && copyList(manifest->requires_, raw.requires_) &&
                     copyList(manifest->reads, raw.reads) && copyList(manifest->writes, raw.writes) &&
                     copyList(manifest->topics_in, raw.topicsIn) && copyList(manifest->topics_out, raw.topicsOut);
  if (!whole) return fail(Code::FL0305, "the manifest of the plugin has a text or a list that is too long");
  if (manifest->option_root) raw.optionRoot = std::move(root);
  return validate(std::move(raw));
}

std::string encodeManifest(const Manifest& manifest) {
  sdk::FieldPacker map;
  map.text("description", manifest.description);
  map.field("flags").natural(manifest.flags);
  map.field("id").str(manifest.id);
  map.text("license", manifest.license);
  auto& version = map.field("minHost");
  version.array(3);
  for (const auto part : {manifest.minHost.major, manifest.minHost.minor, manifest.minHost.patch})
    version.natural(part);
  map.field("name").str(manifest.name);
  if (manifest.optionRoot) map.field("optionRoot").str(sdk::formatPath(*manifest.optionRoot));
  sdk::packTexts(map.field("platforms"), manifest.platforms);
  packPaths(map.field("reads"), manifest.reads);
  sdk::packTexts(map.field("requires"), manifest.requires_);
  map.field("role").natural(static_cast<std::uint64_t>(manifest.role));
  sdk::packTexts(map.field("topicsIn"), manifest.topicsIn);
  sdk::packTexts(map.field("topicsOut"), manifest.topicsOut);
  map.text("url", manifest.url);
  map.text("vendor", manifest.vendor);
  map.field("version").str(manifest.version);
  packPaths(map.field("writes"), manifest.writes);
  sdk::Packer out;
  map.finish(out);
  return out.take();
}

Result<Manifest> decodeManifest(std::string_view bytes) {
  FLEETD_TRY(bus::prescan(bytes));
  auto raw = readRaw(bytes);
  if (!raw) return bus::fromReader(raw.error(), "the manifest of a plugin");
  return validate(*std::move(raw));
}

}  // namespace fleetd::plugin
