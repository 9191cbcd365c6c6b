// fleet/cxx/options.hpp - a plain struct is the option schema: names, types, defaults and texts from one
// place.
//
//   struct HelloOptions {
//     bool enable = false;
//     fleet::Port port{8080};
//     static constexpr auto schema() {
//       return fleet::options(fleet::option("enable", &HelloOptions::enable, "Run the service."),
//                             fleet::option("port", &HelloOptions::port, "TCP port to listen on."));
//     }
//   };
#pragma once
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "result.hpp"
#include "type.hpp"

namespace fleet {

// A TCP or UDP port.
struct Port {
  std::uint16_t value = 0;
  friend bool operator==(Port, Port) = default;
};

// For options of plugins that have none.
struct NoOptions {
  static constexpr std::tuple<> schema() { return {}; }
};

template <class Owner, class Member>
struct Field {
  const char* name;
  Member Owner::*member;
  const char* doc;
};

template <class Owner, class Member>
constexpr Field<Owner, Member> option(const char* name, Member Owner::*member, const char* doc) {
  return {name, member, doc};
}
template <class... Fields>
constexpr std::tuple<Fields...> options(Fields... fields) {
  return {fields...};
}

// The texts of an enumeration, in the order of its values from 0: specialise with `static constexpr const
// char* names[]`.
template <class E>
struct EnumNames;

template <class T>
concept Record = requires {
  T::schema();
};
template <class T>
concept NamedEnum = std::is_enum_v<T> && requires {
  EnumNames<T>::names;
};

// One trait for each C++ type: its option type, its value, and how it is read from a value.
template <class T>
struct Codec;

template <class T>
concept Coded = requires(const T& value, const Value& from, T& to) {
  { Codec<T>::type() } -> std::same_as<Type>;
  { Codec<T>::value(value) } -> std::same_as<Value>;
  { Codec<T>::read(from, to) } -> std::same_as<Result<void>>;
};

// Any C++ value that has a Codec, or is close enough to a Value, as a Value.
template <class T>
Value toValue(const T& from) {
  if constexpr (Coded<T>)
    return Codec<T>::value(from);
  else
    return Value(from);
}

// A struct (or anything with a Codec) from a value: `fleet::read<ServerSettings>(instance.settings)`.
template <Coded T>
Result<T> read(const Value& from) {
  T out{};
  FLEET_TRY(Codec<T>::read(from, out));
  return out;
}

template <>
struct Codec<Value> {
  static Type type() { return type::anything(); }
  static Value value(const Value& v) { return v; }
  static Result<void> read(const Value& from, Value& to) {
    to = from;
    return {};
  }
};

template <>
struct Codec<bool> {
  static Type type() { return type::boolean(); }
  static Value value(bool v) { return v; }
  static Result<void> read(const Value& from, bool& to) {
    const auto* v = from.get<bool>();
    if (!v) return mismatch("expected true or false");
    to = *v;
    return {};
  }
};

template <class I>
requires(std::is_integral_v<I> && !std::is_same_v<I, bool>) struct Codec<I> {
  static Type type() {
    std::optional<std::int64_t> max;
    if (std::in_range<std::int64_t>(std::numeric_limits<I>::max()))
      max = static_cast<std::int64_t>(std::numeric_limits<I>::max());
    return type::integer(static_cast<std::int64_t>(std::numeric_limits<I>::min()), max);
  }
  static Value value(I v) { return v; }
  static Result<void> read(const Value& from, I& to) {
    const auto* v = from.get<std::int64_t>();
    if (!v) return mismatch("expected an integer");
    if (!std::in_range<I>(*v)) return mismatch("the integer " + std::to_string(*v) + " is out of range");
    to = static_cast<I>(*v);
    return {};
  }
};

template <>
struct Codec<Port> {
  static Type type() { return type::port(); }
  static Value value(Port v) { return v.value; }
  static Result<void> read(const Value& from, Port& to) { return Codec<std::uint16_t>::read(from, to.value); }
};

template <class F>
requires std::is_floating_point_v<F>
struct Codec<F> {
  static Type type() { return type::number(); }
  static Value value(F v) { return v; }
  static Result<void> read(const Value& from, F& to) {
    if (const auto* v = from.get<double>())
      to = static_cast<F>(*v);
    else if (const auto* i = from.get<std::int64_t>())
      to = static_cast<F>(*i);
    else
      return mismatch("expected a number");
    return {};
  }
};

template <>
struct Codec<std::string> {
  static Type type() { return type::str(); }
  static Value value(const std::string& v) { return v; }
  static Result<void> read(const Value& from, std::string& to) {
    const auto* v = from.get<std::string>();
    if (!v) return mismatch("expected a text");
    to = *v;
    return {};
  }
};

template <NamedEnum E>
struct Codec<E> {
  static Type type() {
    List values;
    for (const char* name : EnumNames<E>::names) values.push_back(name);
    return type::enumeration(std::move(values));
  }
  static Value value(E v) { return EnumNames<E>::names[static_cast<std::size_t>(v)]; }
  static Result<void> read(const Value& from, E& to) {
    const auto* v = from.get<std::string>();
    std::size_t index = 0;
    for (const std::string_view name : EnumNames<E>::names) {
      if (v && *v == name) {
        to = static_cast<E>(index);
        return {};
      }
      ++index;
    }
    return mismatch(v ? "`" + *v + "` is none of the possible values" : "expected a text");
  }
};

template <class T>
struct Codec<std::optional<T>> {
  static Type type() { return type::nullable(Codec<T>::type()); }
  static Value value(const std::optional<T>& v) { return v ? toValue(*v) : Value(); }
  static Result<void> read(const Value& from, std::optional<T>& to) {
    to.reset();
    return from.isNil() ? Result<void>() : Codec<T>::read(from, to.emplace());
  }
};

template <class T>
struct Codec<std::vector<T>> {
  static Type type() { return type::list(Codec<T>::type()); }
  static Value value(const std::vector<T>& v) {
    List out;
    for (const auto& item : v) out.push_back(toValue<T>(item));
    return out;
  }
  static Result<void> read(const Value& from, std::vector<T>& to) {
    const auto* list = from.get<List>();
    if (!list) return mismatch("expected a list");
    to.clear();
    for (std::size_t i = 0; i < list->size(); ++i) {
      T item{};
      auto done = Codec<T>::read((*list)[i], item);
      if (!done) return under(std::to_string(i), std::move(done).error());
      to.push_back(std::move(item));
    }
    return {};
  }
};

template <class T>
struct Codec<std::map<std::string, T>> {
  static Type type() { return type::map(Codec<T>::type()); }
  static Value value(const std::map<std::string, T>& v) {
    std::vector<Attr> attrs;
    for (const auto& [name, item] : v) attrs.push_back({name, toValue(item)});
    Attrs out;
    out.assign(std::move(attrs));
    return out;
  }
  static Result<void> read(const Value& from, std::map<std::string, T>& to) {
    const auto* attrs = from.get<Attrs>();
    if (!attrs) return mismatch("expected a map");
    to.clear();
    for (const auto& attr : *attrs) {
      auto done = Codec<T>::read(attr.value, to[attr.name]);
      if (!done) return under(attr.name, std::move(done).error());
    }
    return {};
  }
};

// The options a struct declares, with the struct's own initialisers as defaults.
template <Record T>
std::vector<OptionDecl> declare() {
  const T defaults{};
  std::vector<OptionDecl> out;
  const auto add = [&]<class M>(const Field<T, M>& field) {
    OptionDecl option;
    option.path = {field.name};
    option.type = Codec<M>::type();
    option.doc = field.doc;
    option.fallback = Codec<M>::value(defaults.*field.member);
    out.push_back(std::move(option));
  };
  std::apply([&](const auto&... fields) { (add(fields), ...); }, T::schema());
  return out;
}

// Fields a value does not mention keep the struct's initialisers; names the struct does not know are passed
// over.
template <Record T>
struct Codec<T> {
  static Type type() { return type::submodule(declare<T>()); }
  static Value value(const T& v) {
    Attrs out;
    std::apply([&](const auto&... fields) { (out.set(fields.name, toValue(v.*fields.member)), ...); }, T::schema());
    return out;
  }
  static Result<void> read(const Value& from, T& to) {
    if (!from.get<Attrs>()) return mismatch("expected a map");
    Result<void> done;
    std::apply([&](const auto&... fields) { (readField(from, to, fields, done), ...); }, T::schema());
    return done;
  }

 private:
  template <class M>
  static void readField(const Value& from, T& to, const Field<T, M>& field, Result<void>& done) {
    const auto* value = done ? from.find(field.name) : nullptr;
    if (!value) return;
    auto read = Codec<M>::read(*value, to.*field.member);
    if (!read) done = under(field.name, std::move(read).error());
  }
};

}  // namespace fleet
