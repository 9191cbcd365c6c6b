// The table of all builtins, and putting them into an evaluator.
#include <algorithm>
#include <array>

#include "kernel/lang/prims/support.hpp"

namespace fleetd::lang {

namespace {

// Names that are in scope everywhere; all others are reached through `builtins` or with two leading underscores.
constexpr std::string_view kGlobal[] = {
    "abort", "baseNameOf", "break", "derivation", "derivationStrict", "dirOf", "fetchGit", "fetchMercurial", "fetchTarball", "fetchTree",
    "fromTOML", "import", "isNull", "map", "placeholder", "removeAttrs", "scopedImport", "throw", "toString",
};

}  // namespace

std::span<const std::span<const PrimOp>> allPrims() {
  static const std::array kFamilies = {
      numberPrims(), typePrims(), controlPrims(), debugPrims(), listPrims(), listElementPrims(), listOrderPrims(), attrPrims(),
      attrBuildPrims(), functionPrims(), stringPrims(), replacePrims(), regexPrims(), versionPrims(), hashPrims(), contextPrims(), dataPrims(),
      filePrims(), importPrims(), storePrims(), derivationPrims(), fetchPrims(),
  };
  return kFamilies;
}

const PrimOp* findPrim(std::string_view name) {
  for (const auto& family : allPrims())
    for (const PrimOp& prim : family)
      if (prim.name == name) return &prim;
  return nullptr;
}

void Evaluator::installGlobals() {
  std::vector<Attr> items;
  const auto global = [&](std::string_view name, Value v) {
    globalNames_.push_back(symbol(name));
    globals_.push_back(v);
  };
  const auto constant = [&](std::string_view name, Value v) { items.push_back({symbol(name), 0, v}); };
  for (const auto& family : allPrims())
    for (const PrimOp& prim : family) {
      constant(prim.name, Value::of(&prim));
      const bool everywhere = std::find(std::begin(kGlobal), std::end(kGlobal), prim.name) != std::end(kGlobal);
      if (everywhere) global(prim.name, Value::of(&prim));
      else global(fmt::format("__{}", prim.name), Value::of(&prim));
    }
  const bool pure = purity_ == Purity::Pure;
  for (auto [name, v] : {std::pair<std::string_view, Value>{"true", Value::of(true)}, {"false", Value::of(false)}, {"null", Value::null()}}) {
    global(name, v);
    constant(name, v);
  }
  const Value time = unknownRoot("builtins.currentTime");
  const Value system = unknownRoot("builtins.currentSystem");
  constant("currentTime", time);
  constant("currentSystem", system);
  global("__currentTime", time);
  global("__currentSystem", system);
  const auto both = [&](std::string_view name, Value v) {
    constant(name, v);
    global(fmt::format("__{}", name), v);
  };
  both("langVersion", Value::of(std::int64_t{6}));
  both("nixVersion", Value::text("2.30.5"));
  both("storeDir", Value::text("/nix/store"));
  both("nixPath", pure ? unknownRoot("builtins.nixPath") : Value::list({}));
  // `builtins.builtins` is the set itself.
  items.push_back({symbol("builtins"), 0, Value::null()});
  builtins_ = attrs(items);
  builtins_.attrs->find(symbol("builtins"))->value = builtins_;
  global("builtins", builtins_);
}

}  // namespace fleetd::lang
