// fleet/cxx/text.hpp - short ways to write references, text with holes, expressions, packages, secrets and
// conditions.
#pragma once
#include <string>
#include <string_view>
#include <utility>

#include "value.hpp"

namespace fleet {

// The names of `base` followed by `names`, which may hold any characters: at("systemd.services", {unit,
// "enable"}).
inline Path at(std::string_view base, std::initializer_list<std::string_view> names) {
  Path out = detail::pathOrMark(base);
  for (const auto name : names) out.emplace_back(name);
  return out;
}

// The value of another option of the same host.
inline Ref ref(std::string_view path) { return {detail::pathOrMark(path)}; }
inline Ref ref(Path path) { return {std::move(path)}; }

// Text with holes: text("port=", ref("services.hello.port"), "\n").
template <class... Parts>
Text text(Parts&&... parts) {
  Text out;
  (out.parts.push_back(Value(std::forward<Parts>(parts))), ...);
  return out;
}

// Nix source; at most pkgs, lib, config, options and inputs are free in it.
inline Expr expr(std::string source) { return {std::move(source)}; }

// pkg("hello") is pkgs.hello.
inline Package pkg(std::string_view attribute) { return {"pkgs." + std::string(attribute)}; }

// The path (at run time) or the value (at build time) of a generated file of this machine.
inline Secret secretPath(std::string generator, std::string file) {
  return {{}, std::move(generator), std::move(file), SecretPart::path};
}
inline Secret secretValue(std::string generator, std::string file) {
  return {{}, std::move(generator), std::move(file), SecretPart::value};
}

// mkIf, mkOverride, mkOrder, mkMerge inside a value.
inline Property mkIf(Cond condition, Value value) {
  return {Property::Kind::conditional, 0, std::move(condition), {std::move(value)}};
}
inline Property mkOverride(std::int32_t priority, Value value) {
  return {Property::Kind::override_, priority, {}, {std::move(value)}};
}
inline Property mkOrder(std::int32_t order, Value value) {
  return {Property::Kind::order, order, {}, {std::move(value)}};
}
inline Property mkMerge(List values) { return {Property::Kind::merge, 0, {}, std::move(values)}; }

// Conditions: isTrue("services.a.enable") && !equals("networking.hostName", "web").
inline Cond isTrue(std::string_view path) { return {Cond::Op::isTrue, detail::pathOrMark(path), {}, {}}; }
inline Cond equals(std::string_view path, Value constant) {
  return {Cond::Op::equals, detail::pathOrMark(path), {}, {std::move(constant)}};
}
inline Cond operator!(Cond a) { return {Cond::Op::negation, {}, {std::move(a)}, {}}; }
inline Cond operator&&(Cond a, Cond b) { return {Cond::Op::all, {}, {std::move(a), std::move(b)}, {}}; }
inline Cond operator||(Cond a, Cond b) { return {Cond::Op::any, {}, {std::move(a), std::move(b)}, {}}; }

}  // namespace fleet
