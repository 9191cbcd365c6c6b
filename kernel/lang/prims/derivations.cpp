// derivation and derivationStrict: the set is known, the store paths in it are Nix's to compute.
#include "kernel/lang/prims/support.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

std::vector<std::string_view> outputNames(Evaluator& ev, const Bindings& set, Value* error) {
  std::vector<std::string_view> out{"out"};
  const Attr* attr = set.find(ev.symbol("outputs"));
  if (!attr) return out;
  Value list = attr->value;
  if (!wantList(ev, list, error)) return {};
  out.clear();
  for (Value name : list.list()) {
    if (!wantPlainString(ev, name, error)) return {};
    out.push_back(name.string());
  }
  return out;
}

Value derivation(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  if (!wantAttrs(ev, args[0], &out)) return out;
  const Bindings& given = *args[0].attrs;
  Value name;
  for (std::string_view required : {"name", "builder", "system"})
    if (!wantAttr(ev, given, ev.symbol(required), &name, &out)) return out;
  Value error;
  const auto outputs = outputNames(ev, given, &error);
  if (outputs.empty()) return error.is(Tag::Null) ? ev.failText(ErrorKind::Value, 0, "derivation cannot have an empty set of outputs") : error;
  const Value maker = ev.unknownRoot("derivation", pos);
  const Value callParts[] = {maker, args[0]};
  const Value made = ev.unknown(UnknownOp::Call, callParts, pos);
  const auto pathOf = [&](std::string_view output) {
    const Value parent = output == "out" ? made : ev.unknown(UnknownOp::Select, std::span<const Value>(&made, 1), pos, ev.symbol(output));
    return ev.unknown(UnknownOp::Select, std::span<const Value>(&parent, 1), pos, ev.names().outPath);
  };
  std::vector<Attr> items(given.begin(), given.end());
  const auto put = [&](std::string_view key, Value v) {
    const Symbol symbol = ev.symbol(key);
    for (Attr& item : items)
      if (item.name == symbol) {
        item.value = v;
        return;
      }
    items.push_back({symbol, 0, v});
  };
  const Value drvPath = ev.unknown(UnknownOp::Select, std::span<const Value>(&made, 1), pos, ev.symbol("drvPath"));
  put("type", Value::text("derivation"));
  put("drvPath", drvPath);
  put("drvAttrs", args[0]);
  auto all = ev.newList(static_cast<std::uint32_t>(outputs.size()));
  std::vector<Value> sets;
  for (std::string_view output : outputs) {
    const Value facts = ev.attrs({{"type", Value::text("derivation")},
                                  {"outPath", pathOf(output)},
                                  {"drvPath", drvPath},
                                  {"outputName", Value::text(output)}});
    sets.push_back(ev.update(args[0], facts, pos));
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    all[i] = sets[i];
    put(outputs[i], sets[i]);
  }
  put("all", Value::list(all));
  put("outPath", pathOf(outputs.front()));
  put("outputName", Value::text(outputs.front()));
  return ev.attrs(items);
}

constexpr PrimOp kPrims[] = {
    {"derivation", 1, derivation, "a build"},
    {"derivationStrict", 1, [](Evaluator& ev, Value* args, Pos) {
       Value out;
       return wantAttrs(ev, args[0], &out) ? Value::stuck() : out;
     }, "the store paths of a build"},
};

}  // namespace

std::span<const PrimOp> derivationPrims() { return kPrims; }

}  // namespace fleetd::lang
