// Reading what nix/json_schema.nix makes of services.
#include "kernel/fleet/own_services.hpp"

#include "kernel/fleet/intrinsics.hpp"

namespace fleetd::fleet {

namespace {

using base::Json;
using lang::Tag;
using lang::Value;

constexpr int kDeepest = 64;

class Reader {
 public:
  Reader(lang::Evaluator& ev, base::Diagnostics& diagnostics) : ev_(ev), diagnostics_(diagnostics) {}

  // False for what is no data. Only a mistake in the service itself is told of, not one in a default.
  bool read(Value v, Json& out, int depth, bool tell) {
    v = ev_.force(v);
    if (v.isError() && tell) diagnostics_.add(ev_.diagnostic(*v.error));
    if (depth > kDeepest) return false;
    switch (v.tag) {
      case Tag::Null: out = Json(); return true;
      case Tag::Bool: out = Json(v.boolean()); return true;
      case Tag::Int: out = Json(v.integer); return true;
      case Tag::Float: out = Json(v.real); return true;
      case Tag::String: out = Json(std::string(v.string())); return true;
      case Tag::List: return readList(v, out, depth, tell);
      case Tag::Attrs: return readSet(v, out, depth, tell);
      default: return false;
    }
  }

 private:
  bool readList(Value v, Json& out, int depth, bool tell) {
    Json::Array items;
    for (const Value& one : v.list())
      if (!read(one, items.emplace_back(), depth + 1, tell)) return false;
    out = Json(std::move(items));
    return true;
  }
  bool readSet(Value v, Json& out, int depth, bool tell) {
    Json::Object members;
    for (const lang::Attr* attr : ev_.sortedByName(v.attrs)) {
      const std::string name(ev_.text(attr->name));
      Json member;
      if (read(attr->value, member, depth + 1, tell && name != "default"))
        members.emplace_back(name, std::move(member));
    }
    out = Json(std::move(members));
    return true;
  }

  lang::Evaluator& ev_;
  base::Diagnostics& diagnostics_;
};

Value member(lang::Evaluator& ev, Value set, std::string_view name) {
  set = ev.force(set);
  if (!set.is(Tag::Attrs)) return Value::null();
  const lang::Attr* attr = set.attrs->find(ev.symbol(name));
  return attr ? ev.force(attr->value) : Value::null();
}

}  // namespace

std::vector<std::string> ownServices(Fleet& fleet) {
  lang::Evaluator& ev = fleet.evaluator();
  const Value modules = member(ev, member(ev, fleet.intrinsics().clan, "clan"), "modules");
  std::vector<std::string> out;
  if (modules.is(Tag::Attrs))
    for (const lang::Attr* attr : ev.sortedByName(modules.attrs)) out.emplace_back(ev.text(attr->name));
  return out;
}

base::Json describeOwnService(Fleet& fleet, const std::string& name, base::Diagnostics& diagnostics) {
  lang::Evaluator& ev = fleet.evaluator();
  const Value resolved = member(ev, fleet.intrinsics().clan, "resolved");
  Json out;
  const bool read = Reader(ev, diagnostics).read(member(ev, member(ev, resolved, "described"), name), out, 0, true);
  return read && out.asObject() ? std::move(out) : Json(Json::Object());
}

}  // namespace fleetd::fleet
