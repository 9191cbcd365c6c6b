// Builtins on data formats: JSON, TOML, XML.
#include "kernel/lang/prims/support.hpp"
#include "kernel/lang/to_json.hpp"
#include "kernel/lang/to_xml.hpp"
#include "kernel/lang/toml.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

Value toJson(Evaluator& ev, Value* args, Pos pos) {
  std::string text;
  base::JsonWriter writer(text);
  const Value result = writeJson(ev, args[0], writer, UnknownJson::Stuck, pos);
  return result.is(Tag::Null) ? ev.string(text) : result;
}

Value fromJsonPrim(Evaluator& ev, Value* args, Pos) {
  Value out;
  return wantString(ev, args[0], &out) ? fromJson(ev, args[0].string()) : out;
}

Value fromTomlPrim(Evaluator& ev, Value* args, Pos) {
  Value out;
  return wantPlainString(ev, args[0], &out) ? fromToml(ev, args[0].string()) : out;
}

Value toXml(Evaluator& ev, Value* args, Pos) {
  std::string text;
  const Value result = writeXml(ev, args[0], &text);
  return result.is(Tag::Null) ? ev.string(text) : result;
}

constexpr PrimOp kPrims[] = {
    {"toJSON", 1, toJson, "a value as JSON text"},
    {"fromJSON", 1, fromJsonPrim, "the value of a JSON text"},
    {"fromTOML", 1, fromTomlPrim, "the value of a TOML text"},
    {"toXML", 1, toXml, "a value as XML text"},
};

}  // namespace

std::span<const PrimOp> dataPrims() { return kPrims; }

}  // namespace fleetd::lang
