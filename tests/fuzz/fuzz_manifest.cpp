// Any bytes as the manifest a plugin host says hello with, and as the struct inside a library: what is accepted keeps
// the rules and survives a round trip.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/plugin/manifest.hpp"

namespace {

using namespace fleetd;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const plugin::Manifest& manifest) {
  require(plugin::isPluginId(manifest.id) && !manifest.name.empty() && !plugin::roleName(manifest.role).empty());
  if (manifest.role != plugin::Role::platform) {
    require(!manifest.optionRoot || !manifest.optionRoot->empty());
    for (const auto& path : manifest.writes) require(path != sdk::Path{"*"});
  }
  const auto written = plugin::encodeManifest(manifest);
  const auto again = plugin::decodeManifest(written);
  require(again && plugin::encodeManifest(*again) == written);
}

// The texts of a struct, taken from the input: each ends at a newline, and the last at its end.
void asStruct(std::string_view bytes) {
  std::vector<std::string> texts(1);
  for (const char c : bytes.substr(bytes.empty() ? 0 : 1)) {
    if (c == '\n' && texts.size() < 32)
      texts.emplace_back();
    else if (c != '\0')
      texts.back() += c;
  }
  texts.resize(32);
  const auto text = [&](std::size_t i) { return texts[i].empty() ? nullptr : texts[i].c_str(); };
  std::array<std::array<const char*, 4>, 6> lists{};
  for (std::size_t list = 0; list < lists.size(); ++list)
    for (std::size_t i = 0; i < 3 && text(8 + list * 3 + i); ++i) lists[list][i] = text(8 + list * 3 + i);
  const unsigned char bits = bytes.empty() ? 0 : static_cast<unsigned char>(bytes.front());
  fleet_manifest_t c{};
  c.struct_size = sizeof c;
  c.role = bits & 7u;
  c.flags = bits >> 3u;
  c.min_host = FLEET_VERSION_INIT;
  c.id = text(0);
  c.name = text(1);
  c.version = text(2);
  c.vendor = text(3);
  c.license = text(4);
  c.url = text(5);
  c.description = text(6);
  c.option_root = text(7);
  c.platforms = lists[0].data();
  c.requires_ = lists[1].data();
  c.reads = lists[2].data();
  c.writes = lists[3].data();
  c.topics_in = lists[4].data();
  c.topics_out = lists[5].data();
  const auto manifest = plugin::readManifest(&c);
  if (manifest) return check(*manifest);
  require(!manifest.error().message.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto manifest = plugin::decodeManifest(bytes))
    check(*manifest);
  else
    require(!manifest.error().message.empty());
  asStruct(bytes);
  return 0;
}
