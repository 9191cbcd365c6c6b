// Any bytes as what a plugin sets, exports or renders: what is accepted is inside its manifest, and is the same after a
// round trip.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <fleet/cxx/value_codec.hpp>

#include "kernel/plugin/documents.hpp"
#include "kernel/plugin/fragment.hpp"
#include "kernel/render/expression_check.hpp"

namespace {

using namespace fleetd;

void require(bool holds) {
  if (!holds) std::abort();
}

const plugin::Manifest& manifest() {
  static const plugin::Manifest made = [] {
    plugin::Manifest out;
    out.id = "org.example.fuzz";
    out.name = "Fuzz";
    out.version = "1.0.0";
    out.optionRoot = sdk::Path{"services", "fuzz"};
    out.writes = {{"services", "fuzz"}, {"users", "*", "shell"}, {"a"}};
    return out;
  }();
  return made;
}

const plugin::Schema& schema() {
  static const plugin::Schema made = [] {
    plugin::Schema out;
    out.service = "fuzz";
    out.exports = {"peers"};
    return out;
  }();
  return made;
}

void asFragment(std::string_view bytes) {
  const auto fragment = plugin::decodeFragment(manifest(), "host", bytes, render::checkExpression);
  if (!fragment) return require(fragment.error().message.find("`org.example.fuzz`") != std::string::npos);
  for (const auto& definition : fragment->definitions) require(manifest().mayWrite(definition.path));
  sdk::Packer packer;
  sdk::Fragment copy;
  copy.definitions = fragment->definitions.all();
  sdk::pack(packer, copy);
  const auto again = plugin::decodeFragment(manifest(), "host", packer.view(), render::checkExpression);
  require(again && again->hash == fragment->hash && again->definitions.size() == fragment->definitions.size());
}

void asExports(std::string_view bytes) {
  const auto exports = plugin::decodeExports(manifest(), schema(), bytes);
  if (!exports) return require(exports.error().message.find("`org.example.fuzz`") != std::string::npos);
  for (const auto& [scope, interfaces] : *exports) {
    require(scope.starts_with("fuzz:"));
    for (const auto& [interface, value] : interfaces) require(interface == "peers");
  }
}

void asFiles(std::string_view bytes) {
  const auto files = plugin::decodeFiles(manifest(), bytes);
  if (!files) return require(files.error().message.find("`org.example.fuzz`") != std::string::npos);
  for (const auto& file : *files) require(plugin::isRelativePath(file.path));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  asFragment(bytes);
  asExports(bytes);
  asFiles(bytes);
  return 0;
}
