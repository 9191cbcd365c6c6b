// Builtins on versions: compareVersions splitVersion parseDrvName.
#include "kernel/lang/prims/support.hpp"
#include "kernel/lang/version.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

Value compare(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantPlainString(ev, args[0], &out) || !wantPlainString(ev, args[1], &out)) return out;
  return Value::of(static_cast<std::int64_t>(compareVersions(args[0].string(), args[1].string())));
}

Value splitPrim(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantPlainString(ev, args[0], &out)) return out;
  std::vector<Value> parts;
  for (std::string_view part : splitVersion(args[0].string())) parts.push_back(Value::text(part));
  return ev.list(parts);
}

Value parseDrvName(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantPlainString(ev, args[0], &out)) return out;
  const PackageName parsed = parsePackageName(args[0].string());
  return ev.attrs({{"name", Value::text(parsed.name)}, {"version", Value::text(parsed.version)}});
}

constexpr PrimOp kPrims[] = {
    {"compareVersions", 2, compare, "-1, 0 or 1: which of two versions is newer"},
    {"splitVersion", 1, splitPrim, "the components of a version"},
    {"parseDrvName", 1, parseDrvName, "the name and the version of a package"},
};

}  // namespace

std::span<const PrimOp> versionPrims() { return kPrims; }

}  // namespace fleetd::lang
