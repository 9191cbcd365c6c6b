// fleet/cxx/type.hpp - option types and declarations as data, and the schema document that carries them.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "value.hpp"

namespace fleet {

struct OptionDecl;

// The types an option may have. Merging follows the NixOS type of the same meaning.
struct Type {
  enum class Kind : std::uint8_t {
    boolean,
    integer,
    number,
    str,
    lines,
    separated,
    path,
    package,
    enumeration,
    list,
    map,
    lazyMap,
    submodule,
    nullable,
    either,
    anything,
    raw,
    unspecified,
  };
  Kind kind = Kind::unspecified;
  std::optional<std::int64_t> min, max;  // integer: both inclusive
  std::string pattern;                   // str: a regular expression for the whole text; separated: the separator
  List values;                           // enumeration: texts, integers, booleans
  std::vector<Type> of;                  // list, map, lazyMap, nullable: one; either: two or more
  std::vector<OptionDecl> options;       // submodule
  std::vector<Type> open;                // submodule: the type of undeclared options, if any are allowed
};

struct OptionDecl {
  Path path;  // below the option root or the submodule; "*" stands for any one name
  Type type;
  std::string doc;
  std::optional<Value> fallback;  // the default; an Expr in a submodule may also use `name`, the entry's
  std::optional<Value> apply;     // an Expr: a function from the merged value to the option's value
  std::string defaultText;        // what documentation shows instead of the default
  bool readOnly = false, internal = false, hidden = false;
  Path renamedTo;  // below the same root; empty = not renamed
};

// A role that machines take in an instance of a service, with the options of its settings.
struct RoleDecl {
  std::string name, doc;
  std::vector<OptionDecl> settings;
  bool open = false;                                         // settings may hold names that are not declared
  std::optional<std::int64_t> minMachines{}, maxMachines{};  // in one instance
  std::vector<std::string> classes{};                        // of hosts that can have it; empty = all the plugin serves
};

// A generator of values that a service declares on hosts. What its name depends on stands in angle brackets:
// "user-password-<user>".
struct GeneratorDecl {
  std::string name, doc;
};

struct Schema {
  std::vector<OptionDecl> options;
  std::vector<RoleDecl> roles;
  std::string service{};                       // what it is called in exports: "clan-core/sshd"; empty = its id
  std::optional<std::int64_t> maxInstances{};  // in a fleet
  std::vector<std::string> exports{};          // interfaces it may export
  std::vector<GeneratorDecl> generators{};     // for people: what it generates
};

// An option in one line: declareOption("networking.hostName", type::str(), "The name of the host.",
// "localhost").
inline OptionDecl declareOption(std::string_view path, Type type, std::string doc, std::optional<Value> fallback = {}) {
  OptionDecl out;
  out.path = detail::pathOrMark(path);
  out.type = std::move(type);
  out.doc = std::move(doc);
  out.fallback = std::move(fallback);
  return out;
}

namespace type {

inline Type of(Type::Kind kind) {
  Type out;
  out.kind = kind;
  return out;
}
inline Type of(Type::Kind kind, Type element) {
  Type out = of(kind);
  out.of.push_back(std::move(element));
  return out;
}

inline Type boolean() { return of(Type::Kind::boolean); }
inline Type integer(std::optional<std::int64_t> min = {}, std::optional<std::int64_t> max = {}) {
  Type out = of(Type::Kind::integer);
  out.min = min;
  out.max = max;
  return out;
}
inline Type port() { return integer(0, 65535); }
inline Type number() { return of(Type::Kind::number); }
inline Type str(std::string pattern = {}) {
  Type out = of(Type::Kind::str);
  out.pattern = std::move(pattern);
  return out;
}
inline Type lines() { return of(Type::Kind::lines); }
inline Type separated(std::string separator) {
  Type out = of(Type::Kind::separated);
  out.pattern = std::move(separator);
  return out;
}
inline Type path() { return of(Type::Kind::path); }
inline Type package() { return of(Type::Kind::package); }
inline Type enumeration(List values) {
  Type out = of(Type::Kind::enumeration);
  out.values = std::move(values);
  return out;
}
inline Type list(Type element) { return of(Type::Kind::list, std::move(element)); }
inline Type map(Type element) { return of(Type::Kind::map, std::move(element)); }
inline Type lazyMap(Type element) { return of(Type::Kind::lazyMap, std::move(element)); }
inline Type nullable(Type element) { return of(Type::Kind::nullable, std::move(element)); }
inline Type either(std::vector<Type> alternatives) {
  Type out = of(Type::Kind::either);
  out.of = std::move(alternatives);
  return out;
}
inline Type submodule(std::vector<OptionDecl> options, std::optional<Type> open = {}) {
  Type out = of(Type::Kind::submodule);
  out.options = std::move(options);
  if (open) out.open.push_back(*std::move(open));
  return out;
}
inline Type anything() { return of(Type::Kind::anything); }
inline Type raw() { return of(Type::Kind::raw); }
inline Type unspecified() { return of(Type::Kind::unspecified); }

}  // namespace type

}  // namespace fleet
