// TOML through toml++, the one file that includes it.
#include "kernel/lang/toml.hpp"

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_UNDEF_MACROS 1
#include <toml++/toml.h>

namespace fleetd::lang {

namespace {

Value convert(Evaluator& ev, const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::string: return ev.string(node.as_string()->get());
    case toml::node_type::integer: return Value::of(node.as_integer()->get());
    case toml::node_type::floating_point: return Value::of(node.as_floating_point()->get());
    case toml::node_type::boolean: return Value::of(node.as_boolean()->get());
    case toml::node_type::array: {
      const toml::array& array = *node.as_array();
      auto list = ev.newList(static_cast<std::uint32_t>(array.size()));
      for (std::size_t i = 0; i < array.size(); ++i)
        if (list[i] = convert(ev, array[i]); list[i].isError()) return list[i];
      return Value::list(list);
    }
    case toml::node_type::table: {
      std::vector<Attr> items;
      for (const auto& [key, value] : *node.as_table()) {
        const Value v = convert(ev, value);
        if (v.isError()) return v;
        items.push_back({ev.symbol(key.str()), 0, v});
      }
      return ev.attrs(items);
    }
    case toml::node_type::date: case toml::node_type::time: case toml::node_type::date_time:
      return ev.failText(ErrorKind::Data, 0, "while parsing TOML: Dates and times are not supported");
    case toml::node_type::none: break;
  }
  return Value::null();
}

}  // namespace

Value fromToml(Evaluator& ev, std::string_view text) {
  toml::parse_result result = toml::parse(text);
  if (!result) {
    const toml::source_position at = result.error().source().begin;
    return ev.fail(ErrorKind::Data, 0, "while parsing TOML: {} (line {}, column {})", result.error().description(), at.line, at.column);
  }
  return convert(ev, result.table());
}

}  // namespace fleetd::lang
