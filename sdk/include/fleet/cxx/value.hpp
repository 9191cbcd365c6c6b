// fleet/cxx/value.hpp - Value: plain data plus what only the configuration can settle: references, text with
// holes, secrets, expressions, packages, and the properties mkIf/mkOverride/mkOrder/mkMerge.
#pragma once
#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "path.hpp"

namespace fleet {

class Value;
struct Attr;
using List = std::vector<Value>;

// A map from names to values, kept in the order of the names' bytes. Copies share their content until one of them is
// changed: the settings of a role are told for each machine that has it.
class Attrs {
 public:
  Attrs();
  Attrs(std::initializer_list<Attr> attrs);
  Attrs(const Attrs&);
  Attrs(Attrs&&) noexcept;
  Attrs& operator=(const Attrs&);
  Attrs& operator=(Attrs&&) noexcept;
  ~Attrs();
  // Replaces an existing value.
  Attrs& set(std::string name, Value value);
  // The value, or null.
  const Value* find(std::string_view name) const;
  Value* find(std::string_view name);
  // Takes attributes in any order; false if a name comes twice.
  bool assign(std::vector<Attr> attrs);
  std::size_t size() const;
  bool empty() const { return size() == 0; }
  const Attr* begin() const;
  const Attr* end() const;
  Attr* begin();
  Attr* end();
  // Whether both have the same content because one is a copy of the other. Equal ones need not share.
  bool sharesWith(const Attrs& other) const { return items_ && items_ == other.items_; }

 private:
  std::vector<Attr>& own();                   // to change
  std::shared_ptr<std::vector<Attr>> items_;  // null when empty
};

// The value of an option of the same host.
struct Ref {
  Path path;
};
// Text with holes. Parts that are not strings are turned into text as Nix's toString does.
struct Text {
  List parts;
};
enum class SecretPart : std::uint8_t { path, value };
// A file made by a generator, on this machine or, when `machine` is empty, on the one the value ends up on.
struct Secret {
  std::string machine, generator, file;
  SecretPart part = SecretPart::path;
};
struct SpanRef {
  std::uint32_t file = 0, offset = 0, length = 0;
};
struct Hash {
  std::array<std::uint8_t, 32> bytes{};
};
// Nix source with the free variables pkgs, lib, config, options, inputs at most.
struct Expr {
  std::string source;
};
// "pkgs.foo.bar"
struct Package {
  std::string attribute;
};

// What a definition may depend on.
struct Cond {
  enum class Op : std::uint8_t { isTrue, negation, all, any, equals };
  Op op = Op::all;
  Path path;               // isTrue, equals
  std::vector<Cond> args;  // negation (one), all, any
  List constant;           // equals: one plain value
};

struct Property {
  enum class Kind : std::uint8_t { conditional, override_, order, merge };
  Kind kind = Kind::merge;
  std::int32_t number = 0;  // override_, order
  Cond condition;           // conditional
  List content;             // one value; merge: any number
};

// Owns one T on the heap and copies it with its owner.
template <class T>
class Box {
 public:
  Box(T value) : held_(std::make_unique<T>(std::move(value))) {}
  Box(const Box& other) : held_(std::make_unique<T>(*other.held_)) {}
  Box(Box&&) noexcept = default;
  Box& operator=(Box other) noexcept {
    held_.swap(other.held_);
    return *this;
  }
  const T& operator*() const { return *held_; }
  T& operator*() { return *held_; }

 private:
  std::unique_ptr<T> held_;
};

class Value {
 public:
  using Data = std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Attrs, Ref, Text,
                            Box<Secret>, SpanRef, Hash, Expr, Package, Box<Property>>;

  Value() = default;
  template <class T>
  requires std::same_as<T, bool> Value(T value) : data(value) {}
  template <class T>
  requires(std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char>) Value(T value)
      : data(static_cast<std::int64_t>(value)) {}
  template <class T>
  requires std::floating_point<T> Value(T value) : data(static_cast<double>(value)) {}
  Value(const char* text) : data(std::string(text)) {}
  Value(std::string_view text) : data(std::string(text)) {}
  Value(std::string text) : data(std::move(text)) {}
  Value(List list) : data(std::move(list)) {}
  Value(Attrs attrs) : data(std::move(attrs)) {}
  Value(Ref ref) : data(std::move(ref)) {}
  Value(Text text) : data(std::move(text)) {}
  Value(Secret secret) : data(Box<Secret>(std::move(secret))) {}
  Value(SpanRef span) : data(span) {}
  Value(Hash hash) : data(hash) {}
  Value(Expr expr) : data(std::move(expr)) {}
  Value(Package package) : data(std::move(package)) {}
  Value(Property property) : data(Box<Property>(std::move(property))) {}

  bool isNil() const { return std::holds_alternative<std::monostate>(data); }
  template <class T>
  const T* get() const {
    return std::get_if<T>(&data);
  }
  template <class T>
  T* get() {
    return std::get_if<T>(&data);
  }
  const Secret* secret() const { return get<Box<Secret>>() ? &**get<Box<Secret>>() : nullptr; }
  const Property* property() const { return get<Box<Property>>() ? &**get<Box<Property>>() : nullptr; }
  // The value of a name when this is a map that has it, else null.
  const Value* find(std::string_view name) const { return get<Attrs>() ? get<Attrs>()->find(name) : nullptr; }

  Data data;
};

struct Attr {
  std::string name;
  Value value;
};

// Defined down here because they need a complete Attr.
inline Attrs::Attrs() = default;
inline Attrs::Attrs(const Attrs&) = default;
inline Attrs::Attrs(Attrs&&) noexcept = default;
inline Attrs& Attrs::operator=(const Attrs&) = default;
inline Attrs& Attrs::operator=(Attrs&&) noexcept = default;
inline Attrs::~Attrs() = default;
inline std::size_t Attrs::size() const { return items_ ? items_->size() : 0; }
inline const Attr* Attrs::begin() const { return items_ ? items_->data() : nullptr; }
inline const Attr* Attrs::end() const { return items_ ? items_->data() + items_->size() : nullptr; }
inline Attr* Attrs::begin() { return items_ ? own().data() : nullptr; }
inline Attr* Attrs::end() { return items_ ? own().data() + items_->size() : nullptr; }

inline std::vector<Attr>& Attrs::own() {
  if (!items_)
    items_ = std::make_shared<std::vector<Attr>>();
  else if (items_.use_count() > 1)
    items_ = std::make_shared<std::vector<Attr>>(*items_);
  return *items_;
}

inline Attrs::Attrs(std::initializer_list<Attr> attrs) {
  for (const auto& attr : attrs) set(attr.name, attr.value);
}

inline const Value* Attrs::find(std::string_view name) const {
  const Attr* at = std::lower_bound(begin(), end(), name,
                                    [](const Attr& attr, std::string_view wanted) { return attr.name < wanted; });
  return at != end() && at->name == name ? &at->value : nullptr;
}

inline Value* Attrs::find(std::string_view name) {
  if (!items_) return nullptr;
  own();
  return const_cast<Value*>(std::as_const(*this).find(name));
}

inline Attrs& Attrs::set(std::string name, Value value) {
  auto& items = own();
  const auto at = std::lower_bound(items.begin(), items.end(), name,
                                   [](const Attr& attr, const std::string& wanted) { return attr.name < wanted; });
  if (at != items.end() && at->name == name)
    at->value = std::move(value);
  else
    items.insert(at, Attr{std::move(name), std::move(value)});
  return *this;
}

inline bool Attrs::assign(std::vector<Attr> attrs) {
  const auto less = [](const Attr& a, const Attr& b) { return a.name < b.name; };
  if (!std::is_sorted(attrs.begin(), attrs.end(), less)) std::sort(attrs.begin(), attrs.end(), less);
  items_ = attrs.empty() ? nullptr : std::make_shared<std::vector<Attr>>(std::move(attrs));
  return std::adjacent_find(std::as_const(*this).begin(), std::as_const(*this).end(), [](const Attr& a, const Attr& b) {
           return a.name == b.name;
         }) == std::as_const(*this).end();
}

bool operator==(const Value& a, const Value& b);
bool operator==(const Cond& a, const Cond& b);
inline bool operator==(const Attr& a, const Attr& b) { return a.name == b.name && a.value == b.value; }
inline bool operator==(const Attrs& a, const Attrs& b) {
  return a.sharesWith(b) || std::equal(a.begin(), a.end(), b.begin(), b.end());
}
inline bool operator==(const Ref& a, const Ref& b) { return a.path == b.path; }
inline bool operator==(const Text& a, const Text& b) { return a.parts == b.parts; }
inline bool operator==(const Secret& a, const Secret& b) {
  return a.machine == b.machine && a.generator == b.generator && a.file == b.file && a.part == b.part;
}
inline bool operator==(const SpanRef& a, const SpanRef& b) {
  return a.file == b.file && a.offset == b.offset && a.length == b.length;
}
inline bool operator==(const Hash& a, const Hash& b) { return a.bytes == b.bytes; }
inline bool operator==(const Expr& a, const Expr& b) { return a.source == b.source; }
inline bool operator==(const Package& a, const Package& b) { return a.attribute == b.attribute; }
inline bool operator==(const Property& a, const Property& b) {
  return a.kind == b.kind && a.number == b.number && a.condition == b.condition && a.content == b.content;
}
template <class T>
bool operator==(const Box<T>& a, const Box<T>& b) {
  return *a == *b;
}
inline bool operator==(const Cond& a, const Cond& b) {
  return a.op == b.op && a.path == b.path && a.args == b.args && a.constant == b.constant;
}
inline bool operator==(const Value& a, const Value& b) { return a.data == b.data; }

}  // namespace fleet
