// Faults of schemas.
#include "kernel/plugin/schema_lint.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace fleetd::plugin {

namespace {

using Kind = sdk::Type::Kind;

bool isLate(const PluginValue& value) {
  return value.get<sdk::Expr>() || value.get<sdk::Ref>() || value.property() || value.secret() ||
         value.get<sdk::Package>();
}

bool isText(const PluginValue& value) { return value.get<std::string>() || value.get<sdk::Text>(); }

const sdk::OptionDecl* declared(const sdk::Type& type, const std::string& name) {
  for (const auto& option : type.options)
    if (!option.path.empty() && (option.path.front() == name || option.path.front() == "*")) return &option;
  return nullptr;
}

bool fitsSubmodule(const sdk::Type& type, const PluginValue& value) {
  const auto* attrs = value.get<sdk::Attrs>();
  return attrs && std::all_of(attrs->begin(), attrs->end(), [&](const sdk::Attr& attr) {
           const auto* option = declared(type, attr.name);
           if (!option) return !type.open.empty() && fits(type.open.front(), attr.value);
           return option->path.size() > 1 || fits(option->type, attr.value);
         });
}

class Lint {
 public:
  void options(const std::string& where, const std::vector<sdk::OptionDecl>& list) {
    for (const auto& option : list) {
      const std::string name = where + sdk::formatPath(option.path);
      if (!option.renamedTo.empty()) continue;
      if (option.doc.empty() && !option.hidden && !option.internal)
        add(name, "it has no text", "say in `doc` what it is for, or flag it as hidden or internal");
      if (option.fallback && !fits(option.type, *option.fallback))
        add(name, "its default is not of its type", "change the default or the type");
      if (!option.fallback && option.readOnly && option.internal)
        add(name, "nobody can see it and it has no value", "give it a default, or leave it out");
      type(name, option.type);
    }
  }

  std::vector<SchemaFault> faults;

 private:
  void add(std::string option, std::string what, std::string hint) {
    faults.push_back({std::move(option), std::move(what), std::move(hint)});
  }

  void type(const std::string& name, const sdk::Type& type) {
    if (type.min && type.max && *type.min > *type.max)
      add(name, fmt::format("no integer is between {} and {}", *type.min, *type.max), "swap the bounds");
    if (type.kind == Kind::enumeration) {
      if (type.values.empty()) add(name, "its enumeration has no values", "list them");
      for (std::size_t i = 0; i < type.values.size(); ++i)
        if (std::find(type.values.begin(), type.values.begin() + static_cast<std::ptrdiff_t>(i), type.values[i]) !=
            type.values.begin() + static_cast<std::ptrdiff_t>(i)) {
          add(name, "its enumeration has a value twice", "list each once");
          break;
        }
    }
    for (const auto& of : type.of) this->type(name, of);
    for (const auto& open : type.open) this->type(name, open);
    options(name + ".", type.options);
  }
};

}  // namespace

bool fits(const sdk::Type& type, const PluginValue& value) {
  if (isLate(value)) return true;
  const auto all = [&](const auto& items, auto&& of) {
    return std::all_of(items.begin(), items.end(),
                       [&](const auto& item) { return type.of.empty() || fits(type.of.front(), of(item)); });
  };
  switch (type.kind) {
    case Kind::boolean: return value.get<bool>() != nullptr;
    case Kind::integer: {
      const auto* number = value.get<std::int64_t>();
      return number && (!type.min || *number >= *type.min) && (!type.max || *number <= *type.max);
    }
    case Kind::number: return value.get<double>() || value.get<std::int64_t>();
    case Kind::str:
    case Kind::lines:
    case Kind::separated: return isText(value);
    case Kind::path: return isText(value);
    case Kind::package: return false;
    case Kind::enumeration: return std::find(type.values.begin(), type.values.end(), value) != type.values.end();
    case Kind::list: {
      const auto* list = value.get<sdk::List>();
      return list && all(*list, [](const PluginValue& item) -> const PluginValue& { return item; });
    }
    case Kind::map:
    case Kind::lazyMap: {
      const auto* attrs = value.get<sdk::Attrs>();
      return attrs && all(*attrs, [](const sdk::Attr& attr) -> const PluginValue& { return attr.value; });
    }
    case Kind::submodule: return fitsSubmodule(type, value);
    case Kind::nullable: return value.isNil() || type.of.empty() || fits(type.of.front(), value);
    case Kind::either:
      return std::any_of(type.of.begin(), type.of.end(), [&](const sdk::Type& of) { return fits(of, value); });
    case Kind::anything:
    case Kind::raw:
    case Kind::unspecified: break;
  }
  return true;
}

std::vector<SchemaFault> lintSchema(const Schema& schema) {
  Lint lint;
  lint.options("", schema.options);
  for (const auto& role : schema.roles) {
    if (role.doc.empty())
      lint.faults.push_back({"role " + role.name, "it has no text", "say in `doc` which machines take it"});
    if (role.minMachines && role.maxMachines && *role.minMachines > *role.maxMachines)
      lint.faults.push_back({"role " + role.name, "it wants more machines than it allows", "swap the bounds"});
    lint.options("role " + role.name + ": ", role.settings);
  }
  return std::move(lint.faults);
}

}  // namespace fleetd::plugin
