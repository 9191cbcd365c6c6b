// The table of all builtins, and putting them into an evaluator: the set `builtins` and the names in scope everywhere.
#include <algorithm>
#include <array>
#include <ctime>

#include "kernel/base/host_system.hpp"
#include "kernel/lang/parser.hpp"
#include "kernel/lang/prims/support.hpp"

namespace fleetd::lang {

namespace {

// Names that are in scope everywhere; all others are reached through `builtins` or with two leading underscores.
constexpr std::string_view kGlobal[] = {
    "abort",    "baseNameOf",     "break",        "builtins",     "derivation", "derivationStrict", "dirOf",  "false",
    "fetchGit", "fetchMercurial", "fetchTarball", "fetchTree",    "fromTOML",   "import",           "isNull", "map",
    "null",     "placeholder",    "removeAttrs",  "scopedImport", "throw",      "toString",         "true",
};
static_assert(std::is_sorted(std::begin(kGlobal), std::end(kGlobal)));

struct Constant {
  std::string_view name;
  Value value;
};

// What depends on this machine or this moment is unknown unless a command asks for it.
std::vector<Constant> constants(Evaluator& ev) {
  std::vector<Constant> out = {
      {"true", Value::of(true)},
      {"false", Value::of(false)},
      {"null", Value::null()},
      {"langVersion", Value::of(std::int64_t{6})},
      {"nixVersion", Value::text("2.30.5")},
      {"storeDir", Value::text("/nix/store")},
  };
  if (ev.purity() == Purity::Command) {
    out.push_back({"currentSystem", ev.string(base::hostSystem())});
    out.push_back({"currentTime", Value::of(static_cast<std::int64_t>(std::time(nullptr)))});
    out.push_back({"nixPath", Value::list({})});
  } else {
    out.push_back({"currentSystem", ev.unknownRoot("builtins.currentSystem")});
    out.push_back({"currentTime", ev.unknownRoot("builtins.currentTime")});
    out.push_back({"nixPath", ev.unknownRoot("builtins.nixPath")});
  }
  return out;
}

}  // namespace

std::span<const std::span<const PrimOp>> allPrims() {
  static const std::array kFamilies = {
      numberPrims(),    typePrims(),    controlPrims(),    debugPrims(),    listPrims(),   listElementPrims(),
      listOrderPrims(), attrPrims(),    attrBuildPrims(),  functionPrims(), stringPrims(), replacePrims(),
      regexPrims(),     versionPrims(), hashPrims(),       contextPrims(),  dataPrims(),   filePrims(),
      importPrims(),    storePrims(),   derivationPrims(), fetchPrims(),
  };
  return kFamilies;
}

const PrimOp* findPrim(std::string_view name) {
  static const std::vector<const PrimOp*> kSorted = [] {
    std::vector<const PrimOp*> all;
    for (const auto& family : allPrims())
      for (const PrimOp& prim : family) all.push_back(&prim);
    std::sort(all.begin(), all.end(), [](const PrimOp* a, const PrimOp* b) { return a->name < b->name; });
    return all;
  }();
  const auto it = std::lower_bound(kSorted.begin(), kSorted.end(), name,
                                   [](const PrimOp* p, std::string_view n) { return p->name < n; });
  return it != kSorted.end() && (*it)->name == name ? *it : nullptr;
}

void Evaluator::installGlobals() {
  std::vector<Constant> all = constants(*this);
  for (const auto& family : allPrims())
    for (const PrimOp& prim : family) all.push_back({prim.name, Value::of(&prim)});
  all.push_back({"builtins", Value::null()});

  std::vector<Attr> items;
  for (const Constant& entry : all) items.push_back({symbol(entry.name), 0, entry.value});
  builtins_ = attrs(items);
  builtins_.attrs->find(symbol("builtins"))->value = builtins_;
  all.back().value = builtins_;

  std::vector<Symbol> names;
  for (const Constant& entry : all) {
    const bool plain = std::binary_search(std::begin(kGlobal), std::end(kGlobal), entry.name);
    names.push_back(symbol(plain ? std::string(entry.name) : fmt::format("__{}", entry.name)));
    globals_.push_back(entry.value);
  }
  globalNames_ = globalsOf(names);
}

}  // namespace fleetd::lang
