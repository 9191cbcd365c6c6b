// For tests of lib.
#include "lib_helpers.hpp"

#include "kernel/lang/parser.hpp"
#include "kernel/lang/prims/support.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::lang::test {

LibWorld::LibWorld(Purity purity) : ev(sources_, symbols_, purity) {
  ev.onTrace = [this](std::string_view text) { traces_.emplace_back(text); };
  ev.onParsed = [this](const ParsedFile& file) { parsed_.push_back(file.source->name); };
}

Value LibWorld::evalWith(Value lib, const std::string& text) {
  const Value function = ev.evalText("«test»", "{ lib, config, pkgs }: " + text, "/");
  if (function.isError()) return function;
  const Value args = ev.attrs({{"lib", lib}, {"config", ev.unknownRoot("config")}, {"pkgs", ev.unknownRoot("pkgs")}});
  return ev.call(function, args, 0);
}

Value LibWorld::eval(const std::string& text) { return evalWith(ev.lib(), text); }

std::string LibWorld::jsonOf(Value v) {
  v = ev.force(v);
  if (v.isError()) return "error: " + std::string(v.error->message);
  if (v.isUnknown()) return printUnknown(ev, v);
  v = prims::applyPrim(ev, findPrim("toJSON"), {v}, 0);
  if (v.isError()) return "error: " + std::string(v.error->message);
  return v.isUnknown() ? printUnknown(ev, v) : std::string(v.string());
}

std::string LibWorld::json(const std::string& text) { return jsonOf(eval(text)); }

}  // namespace fleetd::lang::test
