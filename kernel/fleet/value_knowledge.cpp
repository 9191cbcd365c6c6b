// How much of one value is known: everything, all but packages and paths, or less.
#include "kernel/fleet/value_knowledge.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "kernel/fleet/references.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::fleet {

namespace {

using lang::Tag;
using lang::UnknownOp;
using lang::Value;

constexpr std::size_t kMaxParts = 5000;  // of one value that are looked at

// Names that stand for package sets and for sources of inputs, whatever is selected from them.
bool isPackageRoot(std::string_view name) {
  return name == "pkgs" || name.ends_with(".pkgs") || name.starts_with("pkgs.") || name == "modulesPath" ||
         name == "self" || name == "inputs" || name.starts_with("inputs.");
}

class Classifier {
 public:
  explicit Classifier(lang::Evaluator& ev) : ev_(ev) {}

  ValueKnowledge value(Value v, bool inUnknown) {
    Value error;
    if (++parts_ > kMaxParts || !ev_.enter(0, &error)) return ValueKnowledge::Residual;
    const ValueKnowledge out = look(v, inUnknown);
    ev_.leave();
    return out;
  }

 private:
  ValueKnowledge look(Value lazy, bool inUnknown) {
    const Value v = ev_.force(lazy);
    switch (v.tag) {
      case Tag::Error: return ValueKnowledge::Residual;
      case Tag::Unknown: return unknown(*v.unknown);
      case Tag::List: return worst(v.list(), inUnknown);
      case Tag::Attrs: {
        if (v.attrs->find(ev_.names().outPath) || v.attrs->find(ev_.names().functor)) return ValueKnowledge::Known;
        ValueKnowledge out = ValueKnowledge::Known;
        for (const lang::Attr& attr : *v.attrs) {
          out = std::max(out, value(attr.value, inUnknown));
          if (out == ValueKnowledge::Residual) break;
        }
        return out;
      }
      // A function is known; what Nix makes of it inside something unknown may be anything it reads.
      case Tag::Lambda: return inUnknown && reads(lazy, v) ? ValueKnowledge::Residual : ValueKnowledge::Known;
      default: return ValueKnowledge::Known;
    }
  }

  bool reads(Value lazy, Value lambda) {
    std::vector<std::string> found;
    collectReferences(ev_, lazy, found);
    if (!lazy.isThunk()) {
      lang::Thunk code{};
      code.expr = lambda.closure->lambda;
      code.env = lambda.closure->env;
      collectReferences(ev_, Value::of(&code), found);
    }
    return !found.empty();
  }

  ValueKnowledge worst(std::span<const Value> values, bool inUnknown) {
    ValueKnowledge out = ValueKnowledge::Known;
    for (const Value& one : values) {
      out = std::max(out, value(one, inUnknown));
      if (out == ValueKnowledge::Residual) break;
    }
    return out;
  }

  ValueKnowledge unknown(const lang::Unknown& u) {
    if (u.op == UnknownOp::Root)
      return isPackageRoot(ev_.text(u.name)) ? ValueKnowledge::Packages : ValueKnowledge::Residual;
    if (u.op == UnknownOp::With) return ValueKnowledge::Residual;
    return std::max(ValueKnowledge::Packages, worst(u.operands(), true));
  }

  lang::Evaluator& ev_;
  std::size_t parts_ = 0;
};

}  // namespace

ValueKnowledge knowledgeOf(lang::Evaluator& ev, Value v) { return Classifier(ev).value(v, false); }

}  // namespace fleetd::fleet
