// Paths of sources behind store paths.
#include "kernel/lang/source_path.hpp"

namespace fleetd::lang {

std::optional<std::string> sourcePath(Evaluator& ev, Value v) {
  switch (v.tag) {
    case Tag::Path: return std::string(v.string());
    case Tag::String:
      if (v.string().starts_with('/')) return std::string(v.string());
      return std::nullopt;
    case Tag::Attrs: {
      const Attr* out = v.attrs->find(ev.names().outPath);
      return out ? sourcePath(ev, ev.force(out->value)) : std::nullopt;
    }
    case Tag::Unknown: {
      const Unknown& u = *v.unknown;
      if (u.op == UnknownOp::StorePath) return sourcePath(ev, ev.force(u.args[0]));
      if (u.op != UnknownOp::Interp || u.count == 0) return std::nullopt;
      const Value first = ev.force(u.args[0]);
      if (!first.isUnknown() || first.unknown->op != UnknownOp::StorePath) return std::nullopt;
      auto out = sourcePath(ev, first);
      for (std::uint32_t i = 1; out && i < u.count; ++i) {
        if (!u.args[i].is(Tag::String)) return std::nullopt;
        *out += u.args[i].string();
      }
      return out;
    }
    default: return std::nullopt;
  }
}

}  // namespace fleetd::lang
