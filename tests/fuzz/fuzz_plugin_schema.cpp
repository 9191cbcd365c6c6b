// Any bytes as the schema a plugin writes: what is accepted is consistent, survives a round trip, and can be linted.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include <fleet/cxx/type_codec.hpp>

#include "kernel/plugin/documents.hpp"
#include "kernel/plugin/schema_lint.hpp"

namespace {

using namespace fleetd;

void require(bool holds) {
  if (!holds) std::abort();
}

plugin::Manifest manifest() {
  plugin::Manifest out;
  out.id = "org.example.fuzz";
  out.name = "Fuzz";
  out.version = "1.0.0";
  out.optionRoot = sdk::Path{"services", "fuzz"};
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto owner = manifest();
  const auto schema = plugin::decodeSchema(owner, bytes);
  if (!schema) {
    require(schema.error().message.find("`org.example.fuzz`") != std::string::npos);
    return 0;
  }
  std::set<sdk::Path> seen;
  for (const auto& option : schema->options) require(seen.insert(option.path).second);
  static_cast<void>(plugin::lintSchema(*schema));
  sdk::Packer packer;
  sdk::pack(packer, *schema);
  const auto again = plugin::decodeSchema(owner, packer.view());
  require(again.ok());
  sdk::Packer twice;
  sdk::pack(twice, *again);
  require(twice.view() == packer.view());
  // Whoever may declare nothing declares nothing.
  owner.optionRoot.reset();
  require(plugin::decodeSchema(owner, bytes).ok() == schema->options.empty());
  return 0;
}
