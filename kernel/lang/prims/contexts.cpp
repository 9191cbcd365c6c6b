// Builtins on string contexts: what store paths a string refers to.
#include <algorithm>

#include "kernel/lang/prims/support.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

Value hasContext(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantString(ev, args[0], &out)) return out;
  const StringContext* context = ev.contextOf(args[0]);
  return Value::of(context && !context->elements.empty());
}

// Elements are "/nix/store/…", "=/nix/store/x.drv" (all outputs) or "!out!/nix/store/x.drv".
Value getContext(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantString(ev, args[0], &out)) return out;
  const StringContext* context = ev.contextOf(args[0]);
  struct Info {
    bool path = false, all = false;
    std::vector<std::string_view> outputs;
  };
  std::vector<std::pair<std::string_view, Info>> infos;
  const auto at = [&](std::string_view path) -> Info& {
    for (auto& [key, info] : infos)
      if (key == path) return info;
    return infos.emplace_back(path, Info{}).second;
  };
  if (context)
    for (std::string_view element : context->elements) {
      if (element.starts_with('=')) {
        at(element.substr(1)).all = true;
      } else if (element.starts_with('!')) {
        const auto end = element.find('!', 1);
        if (end != std::string_view::npos) at(element.substr(end + 1)).outputs.push_back(element.substr(1, end - 1));
      } else {
        at(element).path = true;
      }
    }
  std::vector<Attr> items;
  for (auto& [path, info] : infos) {
    std::vector<Attr> facts;
    if (info.path) facts.push_back({ev.symbol("path"), 0, Value::of(true)});
    if (info.all) facts.push_back({ev.symbol("allOutputs"), 0, Value::of(true)});
    if (!info.outputs.empty()) {
      std::sort(info.outputs.begin(), info.outputs.end());
      auto list = ev.newList(static_cast<std::uint32_t>(info.outputs.size()));
      for (std::size_t i = 0; i < info.outputs.size(); ++i) list[i] = Value::text(info.outputs[i]);
      facts.push_back({ev.symbol("outputs"), 0, Value::list(list)});
    }
    items.push_back({ev.symbol(path), 0, ev.attrs(facts)});
  }
  return ev.attrs(items);
}

Value appendContext(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantString(ev, args[0], &out) || !wantAttrs(ev, args[1], &out)) return out;
  std::vector<std::string> texts;
  for (const Attr* attr : ev.sortedByName(args[1].attrs)) {
    const std::string_view path = ev.text(attr->name);
    if (!path.starts_with("/nix/store/")) return ev.fail(ErrorKind::Value, attr->pos, "context key '{}' is not a store path", path);
    Value info = attr->value;
    if (!wantAttrs(ev, info, &out)) return out;
    for (const Attr* fact : ev.sortedByName(info.attrs)) {
      Value v = fact->value;
      const std::string_view name = ev.text(fact->name);
      if (name == "path" || name == "allOutputs") {
        if (!wantBool(ev, v, &out)) return out;
        if (v.boolean()) texts.push_back(name == "path" ? std::string(path) : "=" + std::string(path));
      } else if (name == "outputs") {
        if (!wantList(ev, v, &out)) return out;
        for (Value output : v.list()) {
          if (!wantPlainString(ev, output, &out)) return out;
          texts.push_back(fmt::format("!{}!{}", output.string(), path));
        }
      }
    }
  }
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  std::vector<std::string_view> views;
  for (const std::string& text : texts) views.push_back(ev.arena().copy(std::string_view(text)));
  const auto* context = ev.arena().make<StringContext>(StringContext{ev.arena().copy(std::span<const std::string_view>(views))});
  return ev.stringWithContext(args[0].string(), ev.mergeContext(ev.contextOf(args[0]), context));
}

Value discard(Evaluator& ev, Value* args, Pos) {
  args[0] = ev.coerceToString(args[0], Evaluator::Coerce::Interpolate, 0);
  if (args[0].isError()) return args[0];
  if (args[0].isUnknown()) return Value::stuck();
  return Value::text(args[0].string());
}

Value keep(Evaluator& ev, Value* args, Pos) {
  Value out;
  return wantString(ev, args[0], &out) ? args[0] : out;
}

constexpr PrimOp kPrims[] = {
    {"hasContext", 1, hasContext, "whether a string refers to store paths"},
    {"getContext", 1, getContext, "the store paths a string refers to"},
    {"appendContext", 2, appendContext, "a string that refers to more store paths"},
    {"unsafeDiscardStringContext", 1, discard, "a string without its references"},
    {"unsafeDiscardOutputDependency", 1, keep, "a string whose references to derivations are references to files"},
    {"addDrvOutputDependencies", 1, keep, "a string whose references to files are references to derivations"},
};

}  // namespace

std::span<const PrimOp> contextPrims() { return kPrims; }

}  // namespace fleetd::lang
