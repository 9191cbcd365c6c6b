// Files of sops with many values, in their three forms: nothing opens that was not sealed for the key. JSON is what a
// general reader takes it for.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <nlohmann/json.hpp>

#include "plugins/vars/sops/tree_file.hpp"

namespace {

using fleetd::vars::sops::Node;

bool isSame(const Node& node, const nlohmann::ordered_json& json) {
  switch (node.kind) {
    case Node::Kind::Null: return json.is_null();
    case Node::Kind::Bool: return json.is_boolean() && json.get<bool>() == (node.text == "True");
    case Node::Kind::Int: return json.is_number_integer() && json.dump() == node.text;
    case Node::Kind::Float: return json.is_number_float() && fleetd::vars::sops::goFloat(json) == node.text;
    case Node::Kind::Text: return json.is_string() && json.get_ref<const std::string&>() == node.text;
    case Node::Kind::List:
      if (!json.is_array() || json.size() != node.items.size()) return false;
      for (std::size_t i = 0; i < json.size(); ++i)
        if (!isSame(node.items[i], json[i])) return false;
      return true;
    case Node::Kind::Map:
      if (!json.is_object() || json.size() != node.members.size()) return false;
      for (const auto& [name, value] : node.members)
        if (!json.contains(name) || !isSame(value, json[name])) return false;
      return true;
    case Node::Kind::Time: break;
  }
  return false;
}

// Ours refuses more: numbers that nothing can hold, keys that are there twice, what is deep or long, a NUL behind it.
void compare(std::string_view text) {
  const auto tree = fleetd::vars::sops::readJson(text);
  if (!tree && tree.error().message.find("at byte") == std::string::npos) return;
  if (text.find('\0') != text.npos) return;
  const auto json = nlohmann::ordered_json::parse(text, nullptr, false);
  if (tree ? json.is_discarded() || !isSame(*tree, json)
           : !json.is_discarded() && text.find("e-") == text.npos && text.find("E-") == text.npos && text.size() < 300)
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fleetd::vars;
  static const auto identity = age::generateIdentity();
  if (size == 0 || !identity) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto format = static_cast<sops::Format>(data[0] % 3);
  if (format == sops::Format::Json) compare(text);
  if (sops::openTree(text, format, {&*identity, 1})) std::abort();
  return 0;
}
