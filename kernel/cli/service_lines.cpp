// Writing and reading the lines.
#include "kernel/cli/service_lines.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>

#include <fmt/format.h>

#include "kernel/base/hash.hpp"
#include "kernel/base/json_writer.hpp"
#include "kernel/base/text.hpp"
#include "kernel/lang/to_json.hpp"

namespace fleetd::cli {

namespace {

constexpr std::string_view kStart = "services/", kListed = "services/";

// Names of the inventory may hold anything; a line holds one word.
std::string escaped(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || std::strchr("-_.@+", c))
      out += c;
    else
      out += fmt::format("%{:02x}", byte);
  }
  return out;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digit = [&](std::size_t at) {
      const auto c = static_cast<unsigned char>(text[at]);
      return std::isdigit(c) ? c - '0' : std::tolower(c) - 'a' + 10;
    };
    const auto isHex = [&](std::size_t at) {
      return at < text.size() && std::isxdigit(static_cast<unsigned char>(text[at]));
    };
    if (text[i] == '%' && isHex(i + 1) && isHex(i + 2)) {
      out += static_cast<char>(digit(i + 1) * 16 + digit(i + 2));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string hashOf(lang::Evaluator& ev, lang::Value settings) {
  std::string text;
  base::JsonWriter json(text);
  // What cannot be written as a whole counts by how far it could.
  static_cast<void>(lang::writeJson(ev, settings, json, lang::UnknownJson::Object));
  base::Blake2b hash;
  hash.field(text);
  return hash.finish().hex().substr(0, 12);
}

std::string serviceOf(std::string_view value) {
  if (value.starts_with('"')) value.remove_prefix(1);
  return unescaped(value.substr(0, value.find(' ')));
}

}  // namespace

std::string_view serviceChangeName(ServiceChange::What what) {
  switch (what) {
    case ServiceChange::What::Comes: return "new";
    case ServiceChange::What::Goes: return "gone";
    case ServiceChange::What::Changes: break;
  }
  return "changed";
}

std::string serviceLines(lang::Evaluator& ev, const fleet::Inventory& inventory, const std::string& host) {
  if (inventory.machines.empty()) return {};
  std::vector<std::string> lines;
  for (const auto& instance : inventory.instances)
    for (const auto& [role, who] : instance.roles)
      if (const auto it = who.machines.find(host); it != who.machines.end())
        lines.push_back(fmt::format("{}{}/{} = \"{} {}\"\n", kStart, escaped(instance.name), escaped(role),
                                    escaped(instance.service), hashOf(ev, it->second)));
  std::sort(lines.begin(), lines.end());
  return fmt::format("{} = \"1\"\n{}", kListed, base::join(lines, ""));
}

std::vector<ServiceChange> takeServiceChanges(std::vector<OptionChange>& changes) {
  using What = ServiceChange::What;
  std::vector<ServiceChange> out;
  bool comparable = true;
  for (const OptionChange& one : changes) {
    if (!one.option.starts_with(kStart)) continue;
    const std::string_view rest = std::string_view(one.option).substr(kStart.size());
    const auto slash = rest.find('/');
    if (slash == rest.npos) {  // only one of the two lists services
      comparable = false;
      continue;
    }
    const What what = one.before.empty() ? What::Comes : one.after.empty() ? What::Goes : What::Changes;
    out.push_back({what, unescaped(rest.substr(0, slash)), unescaped(rest.substr(slash + 1)),
                   serviceOf(one.after.empty() ? one.before : one.after)});
  }
  changes.erase(std::remove_if(changes.begin(), changes.end(),
                               [](const OptionChange& one) { return one.option.starts_with(kStart); }),
                changes.end());
  if (!comparable) out.clear();
  return out;
}

}  // namespace fleetd::cli
