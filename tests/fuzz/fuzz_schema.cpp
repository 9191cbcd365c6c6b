// Any bytes as a stored schema: every question is answered from inside. What is a list of options is written and read
// back.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "kernel/fleet/schema.hpp"
#include "kernel/fleet/schema_list.hpp"

namespace {

using namespace fleetd;
using fleet::Schema;

void require(bool holds) {
  if (!holds) std::abort();
}

void ask(const Schema& schema, std::string_view bytes) {
  const auto inside = [&](std::string_view text) {
    require(text.empty() || (text.data() >= bytes.data() && text.data() + text.size() <= bytes.data() + bytes.size()));
  };
  std::vector<std::string_view> path;
  std::uint32_t node = 0;
  for (int depth = 0; depth < 64; ++depth) {
    const auto names = schema.names(node);
    for (const auto name : names) inside(name);
    if (const auto option = schema.option(node)) {
      inside(option->type);
      inside(option->defaultText);
      inside(option->description);
    }
    if (names.empty()) break;
    path.push_back(names[names.size() / 2]);
    const auto found = schema.findInside(path);
    require(found.known <= path.size());
    static_cast<void>(schema.find(path));
    if (found.found == Schema::Found::Missing) break;
    node = found.node;
  }
  for (const auto text : schema.covered()) inside(text);
  inside(schema.source());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto schema = Schema::read(bytes)) ask(*schema, bytes);
  auto entries = fleet::parseOptionList(bytes);
  if (!entries) return 0;
  fleet::SchemaContent content;
  content.entries = *std::move(entries);
  const auto kept = content.entries;
  const auto written = fleet::writeSchema(std::move(content));
  if (!written) return 0;
  const auto schema = Schema::read(*written);
  require(schema.ok());
  for (const auto& entry : kept) {
    const std::vector<std::string_view> path(entry.path.begin(), entry.path.end());
    require(schema->find(path).found == Schema::Found::Option);
  }
  return 0;
}
