// Reading the definitions of the inventory.
#include "kernel/fleet/inventory_origins.hpp"

#include "kernel/fleet/intrinsics.hpp"
#include "kernel/lang/print.hpp"
#include "kernel/lang/source_path.hpp"

namespace fleetd::fleet {

namespace {

using lang::Evaluator;
using lang::Tag;
using lang::Value;

constexpr int kDeepest = 64;
// Machines that level F adds for directories and for configurations; the places that matter are those.
constexpr std::string_view kOwnFile = "fleetd: clan";

class OriginsReader {
 public:
  explicit OriginsReader(Fleet& fleet) : fleet_(fleet), ev_(fleet.evaluator()) {}

  InventoryOrigins read() {
    InventoryOrigins out;
    out.root.set = true;
    const Value clan = member(ev_.force(fleet_.intrinsics().clan), "clan");
    if (const auto path = lang::sourcePath(ev_, member(clan, "directory"))) out.directory = *path;
    const Value written = member(clan, "inventoryWritten");
    for (const char* part : {"meta", "machines", "tags", "instances"}) addPart(out, part, member(written, part));
    if (const Value machines = member(clan, "machines"); machines.is(Tag::Attrs))
      for (const lang::Attr& attr : *machines.attrs) {
        Origin& all = out.root.children["machines"];
        all.set = true;
        noteConfigured(all.children[std::string(ev_.text(attr.name))], attr);
      }
    return out;
  }

 private:
  Value member(Value set, std::string_view key) {
    if (!set.is(Tag::Attrs)) return Value::null();
    const lang::Attr* attr = set.attrs->find(ev_.symbol(key));
    return attr ? ev_.force(attr->value) : Value::null();
  }

  // A machine with a configuration in `clan.machines` exists whatever inventory.json says.
  void noteConfigured(Origin& machine, const lang::Attr& attr) {
    machine.set = true;
    if (!machine.place && attr.pos) machine.place = spanOf(attr);
  }
  Span spanOf(const lang::Attr& attr) const {
    return {attr.pos, attr.pos + static_cast<Pos>(ev_.text(attr.name).size())};
  }

  void addPart(InventoryOrigins& out, const std::string& part, Value definitions) {
    if (!definitions.is(Tag::List)) return;
    for (const Value& element : definitions.list()) {
      const Value definition = ev_.force(element);
      const Value file = member(definition, "file");
      const std::string_view name = file.is(Tag::String) || file.is(Tag::Path) ? file.string() : std::string_view();
      if (name == out.file() || (part == "machines" && name == kOwnFile)) continue;
      add(out.root.children[part], member(definition, "value"), kPlainPriority, {}, 0);
    }
  }

  // Two definitions of one path: a better one hides values of the other, equal ones add up.
  void add(Origin& at, Value v, int priority, Span place, int depth) {
    v = ev_.force(v);
    if (depth > kDeepest) return opaque(at, priority, place);
    if (v.is(Tag::Attrs)) {
      const Value type = member(v, "_type");
      if (type.is(Tag::String)) return wrapped(at, v, type.string(), priority, place, depth);
      note(at, priority, place);
      at.set = true;
      for (const lang::Attr& attr : *v.attrs) {
        const std::string name(ev_.text(attr.name));
        if (depth > 0 && (name == "imports" || name == "config")) return opaque(at, priority, place);
        add(at.children[name], attr.value, priority, attr.pos ? spanOf(attr) : place, depth + 1);
      }
      return;
    }
    const bool better = !(at.list || at.set || !at.value.isNull()) || priority < at.priority;
    const bool equal = priority == at.priority;
    note(at, priority, place);
    if (v.is(Tag::List)) {
      at.list = true;
      if (better && !equal) at.items.clear();
      if (!better && !equal) return;
      for (const Value& item : v.list()) {
        const auto plain = scalar(ev_.force(item));
        if (!plain) return opaque(at, priority, place);
        at.items.push_back(*plain);
      }
      return;
    }
    const auto plain = scalar(v);
    if (!plain) return opaque(at, priority, place);
    if (better) at.value = *plain;
  }

  void wrapped(Origin& at, Value v, std::string_view type, int priority, Span place, int depth) {
    const Value content = member(v, "content");
    if (type == "override") {
      const Value number = member(v, "priority");
      return add(at, content, number.is(Tag::Int) ? static_cast<int>(number.integer) : priority, place, depth);
    }
    if (type == "order") return add(at, content, priority, place, depth);
    if (type == "if") {
      const Value condition = member(v, "condition");
      if (condition.isFalse()) return;
      return condition.isTrue() ? add(at, content, priority, place, depth) : opaque(at, priority, place);
    }
    const Value contents = member(v, "contents");
    if (type != "merge" || !contents.is(Tag::List)) return opaque(at, priority, place);
    for (const Value& one : contents.list()) add(at, one, priority, place, depth + 1);
  }

  static void note(Origin& at, int priority, Span place) {
    const bool first = !at.place && !at.set && !at.list && at.value.isNull();
    if (first || priority < at.priority) {
      if (place) at.place = place;
      at.priority = priority;
    }
  }
  static void opaque(Origin& at, int priority, Span place) {
    note(at, priority, place);
    at.opaque = true;
  }

  static std::optional<base::Json> scalar(Value v) {
    switch (v.tag) {
      case Tag::Null: return base::Json();
      case Tag::Bool: return base::Json(v.boolean());
      case Tag::Int: return base::Json(v.integer);
      case Tag::Float: return base::Json(v.real);
      case Tag::String: return base::Json(std::string(v.string()));
      default: return std::nullopt;
    }
  }

  Fleet& fleet_;
  Evaluator& ev_;
};

}  // namespace

const Origin* Origin::find(const InventoryPath& path) const {
  const Origin* at = this;
  for (const std::string& name : path) {
    const auto next = at->children.find(name);
    if (next == at->children.end()) return nullptr;
    at = &next->second;
  }
  return at;
}

InventoryOrigins readOrigins(Fleet& fleet) { return OriginsReader(fleet).read(); }

std::string pathText(const InventoryPath& path) {
  std::string out;
  for (const std::string& name : path) out += (out.empty() ? "" : ".") + lang::printName(name);
  return out;
}

}  // namespace fleetd::fleet
