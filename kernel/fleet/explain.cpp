// `fleetd explain`: where a value comes from.
#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/suggest.hpp"
#include "kernel/compose/merge.hpp"
#include "kernel/compose/type_text.hpp"
#include "kernel/fleet/configuration.hpp"
#include "kernel/fleet/references.hpp"
#include "kernel/fleet/value_text.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::fleet {

namespace {

using compose::Def;
using compose::Option;
using compose::Property;
using lang::Tag;
using lang::Value;

constexpr int kMaxProperties = 32;

struct Described {
  ExplainedDefinition shown;
  bool holds = true;
};

std::string shortened(std::string text) {
  constexpr std::size_t kMax = 240;
  if (text.size() <= kMax) return text;
  text.resize(kMax);
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80) text.pop_back();
  return text + "…";
}

// One definition, taken apart: conditions, priority, order, content. mkMerge gives several.
class Describer {
 public:
  Describer(compose::Compose& c, std::vector<Described>& out) : c_(c), ev_(c.ev), out_(out) {}

  void describe(const Def& def) {
    Described d;
    d.shown.file = c_.fileName(def.file);
    if (def.pos != 0) d.shown.place = {def.pos, def.pos + 1};
    std::vector<const compose::Wrap*> wraps;
    for (const compose::Wrap* wrap = def.wraps; wrap; wrap = wrap->outer) wraps.push_back(wrap);
    for (auto it = wraps.rbegin(); it != wraps.rend(); ++it) {
      if ((*it)->kind == compose::Wrap::Kind::If)
        condition(d, (*it)->value);
      else
        priority(d, (*it)->value);
    }
    content(std::move(d), def.value, 0);
  }

 private:
  void condition(Described& d, Value v) {
    v = ev_.force(v);
    if (v.isFalse()) {
      d.holds = false;
      d.shown.why = "its condition is false";
    } else if (v.isUnknown()) {
      d.shown.condition = lang::printUnknown(ev_, v);
    }
  }

  void priority(Described& d, Value v) {
    v = ev_.force(v);
    if (v.is(Tag::Int)) d.shown.priority = v.integer;
  }

  void content(Described d, Value v, int depth) {
    v = ev_.force(v);
    Value error;
    const Property property =
        v.is(Tag::Attrs) && depth < kMaxProperties ? compose::propertyOf(c_, v, &error) : Property::None;
    const auto attr = [&](base::Symbol name) {
      return v.attrs->find(name) ? v.attrs->find(name)->value : Value::null();
    };
    const lang::Names& n = ev_.names();
    switch (property) {
      case Property::If: condition(d, attr(n.condition)); return content(std::move(d), attr(n.content), depth + 1);
      case Property::Override: priority(d, attr(n.priority)); return content(std::move(d), attr(n.content), depth + 1);
      case Property::Order: {
        const Value order = ev_.force(attr(n.priority));
        if (order.is(Tag::Int)) d.shown.order = order.integer;
        return content(std::move(d), attr(n.content), depth + 1);
      }
      case Property::Merge: {
        const Value contents = ev_.force(attr(n.contents));
        if (contents.is(Tag::List)) {
          for (const Value& part : contents.list()) content(d, part, depth + 1);
          return;
        }
        break;
      }
      case Property::None:
      case Property::Definition:
      case Property::Other: break;
    }
    d.shown.value = shortened(v.isError() ? "«error: " + std::string(v.error->message) + "»" : valueText(ev_, v));
    out_.push_back(std::move(d));
  }

  compose::Compose& c_;
  lang::Evaluator& ev_;
  std::vector<Described>& out_;
};

// Which definitions make the value: those of the strongest priority that hold.
void judge(std::vector<Described>& all) {
  long long best = compose::kNoPriority;
  for (const Described& d : all)
    if (d.holds && d.shown.condition.empty()) best = std::min(best, d.shown.priority);
  for (Described& d : all) {
    if (!d.holds) continue;
    d.shown.winner = d.shown.priority <= best;
    if (!d.shown.winner) d.shown.why = fmt::format("priority {} is weaker than {}", d.shown.priority, best);
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Described& a, const Described& b) { return a.shown.winner > b.shown.winner; });
}

std::string textAttr(lang::Evaluator& ev, lang::Bindings* set, std::string_view name) {
  const lang::Attr* attr = set->find(ev.symbol(name));
  if (!attr) return {};
  const Value v = ev.force(attr->value);
  if (v.is(Tag::String)) return std::string(v.string());
  if (v.is(Tag::Attrs)) {
    const Value text = ev.selectOr(v, ev.symbol("text"), Value::null(), 0);
    if (text.is(Tag::String)) return std::string(text.string());
  }
  return v.isError() ? std::string() : shortened(valueText(ev, v));
}

void collectConditions(lang::Evaluator& ev, const Def& def, std::vector<std::string>& out) {
  for (const compose::Wrap* wrap = def.wraps; wrap; wrap = wrap->outer) collectReferences(ev, wrap->value, out);
}

// The option of the host itself that a path lies in, when the path leads on into its value; else null.
const Option* optionAround(compose::Evaluation& e, const std::vector<std::string>& path) {
  compose::Level* level = e.root;
  for (std::size_t i = 0; level && i + 1 < path.size(); ++i) {
    const compose::Child* found = nullptr;
    for (const std::span<compose::Child> group : {level->children, level->assumed})
      for (const compose::Child& child : group)
        if (e.c->text(child.name) == path[i]) found = &child;
    if (!found) return nullptr;
    if (found->kind != compose::ChildKind::Tree)
      return found->kind == compose::ChildKind::Option ? found->option : nullptr;
    level = found->tree;
  }
  return nullptr;
}

}  // namespace

Result<std::vector<std::string>> parseOptionPath(std::string_view path) {
  std::vector<std::string> out;
  std::string part;
  bool any = false;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '"') {
      const std::size_t end = path.find('"', i + 1);
      if (end == std::string_view::npos)
        return Error{base::Code::FL0420, fmt::format("`{}` is no option path: a quote is not closed", path), "", {}};
      part += path.substr(i + 1, end - i - 1);
      any = true;
      i = end;
    } else if (path[i] == '.') {
      if (any) out.push_back(std::exchange(part, {}));
      any = false;
    } else {
      part += path[i];
      any = true;
    }
  }
  if (any) out.push_back(std::move(part));
  return out;
}

Result<Explanation> HostConfiguration::explain(const std::string& path) {
  FLEETD_TRY_ASSIGN(const ConfigNode* node, find(path, false));
  Explanation out;
  out.path = path;
  if (node->kind == ConfigNode::Kind::Record && !node->option) {
    out.knowledge = "known";
    out.value = fmt::format("a set of {} names", node->children.size());
    return out;
  }
  Value value = node->value;
  if (node->kind == ConfigNode::Kind::Record) value = compose::optionValue(*node->option);
  out.knowledge = hasUnknown(ev_, value, &out.unknownParts) ? "unknown" : node->assumed ? "assumed" : "known";
  out.value = valueText(ev_, value);
  Option* option = node->option;
  if (!option) return out;
  const Value type = compose::typeDescription(option->type);
  if (type.is(Tag::String) && option->type->kind != compose::Kind::Assumed) out.type = type.string();
  out.description = textAttr(ev_, option->declared, "description");
  out.defaultText = textAttr(ev_, option->declared, "defaultText");
  if (out.defaultText.empty()) out.defaultText = textAttr(ev_, option->declared, "default");
  for (const compose::Decl& decl : option->decls) {
    const std::string place = ev_.sources().describe(decl.pos);
    out.declaredIn.push_back(place.empty() ? evaluation_->c->fileName(decl.file) : place);
  }
  std::vector<Described> all;
  Describer describer(*evaluation_->c, all);
  // The default is told of by itself.
  for (const Def& def : option->cell.defs)
    if (!option->hasDefault || &def != option->cell.defs.data()) describer.describe(def);
  judge(all);
  for (Described& d : all) out.definitions.push_back(std::move(d.shown));
  for (const Def& def : option->cell.defs) {
    collectReferences(ev_, def.value, out.references);
    collectConditions(ev_, def, out.references);
  }
  // Conditions around the whole option decide, too, about what is inside its value.
  FLEETD_TRY_ASSIGN(const auto parts, parseOptionPath(path));
  if (const Option* around = optionAround(*evaluation_, parts); around && around != option)
    for (const Def& def : around->cell.defs) collectConditions(ev_, def, out.references);
  std::sort(out.references.begin(), out.references.end());
  out.references.erase(std::unique(out.references.begin(), out.references.end()), out.references.end());
  return out;
}

}  // namespace fleetd::fleet
