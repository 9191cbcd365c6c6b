// Builtins that read and write data formats: fromJSON toJSON fromTOML toXML.
#include "kernel/lang/json_value.hpp"
#include "kernel/lang/prims/support.hpp"
#include "kernel/lang/to_xml.hpp"
#include "kernel/lang/toml.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

Value fromJsonPrim(Evaluator& ev, Value* args, Pos) {
  Value out;
  return wantPlainString(ev, args[0], &out) ? fromJson(ev, args[0].string()) : out;
}

// Known structure gives known text around the unknown parts; with nothing known the residual is the builtin itself.
Value toJsonPrim(Evaluator& ev, Value* args, Pos) {
  args[0] = ev.force(args[0]);
  const Value text = toJson(ev, args[0]);
  const bool whole = text.isUnknown() && text.unknown->op == UnknownOp::Interp && text.unknown->count == 1;
  return whole ? Value::stuck() : text;
}

Value fromTomlPrim(Evaluator& ev, Value* args, Pos) {
  Value out;
  return wantPlainString(ev, args[0], &out) ? fromToml(ev, args[0].string()) : out;
}

Value toXmlPrim(Evaluator& ev, Value* args, Pos) { return writeXml(ev, args[0]); }

constexpr PrimOp kPrims[] = {
    {"fromJSON", 1, fromJsonPrim, "the value of a JSON text"},
    {"toJSON", 1, toJsonPrim, "a value as JSON"},
    {"fromTOML", 1, fromTomlPrim, "the value of a TOML text"},
    {"toXML", 1, toXmlPrim, "a value as XML"},
};

}  // namespace

std::span<const PrimOp> dataPrims() { return kPrims; }

}  // namespace fleetd::lang
