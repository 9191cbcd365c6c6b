// Checking the fleet as a whole.
#include "kernel/render/fleet_checks.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/json.hpp"
#include "kernel/base/suggest.hpp"
#include "kernel/base/text.hpp"
#include "kernel/fleet/discovery.hpp"
#include "kernel/fleet/intrinsics.hpp"
#include "kernel/lang/evaluator.hpp"

namespace fleetd::render {

namespace {

using base::Code;
using lang::Tag;
using lang::Value;

// What may be silenced. Other findings are mistakes that Nix refuses, too.
constexpr Code kSilenceable[] = {Code::FL0506, Code::FL0603, Code::FL0604, Code::FL0605, Code::FL0606,
                                 Code::FL0608, Code::FL0622, Code::FL0623, Code::FL0634, Code::FL0742,
                                 Code::FL0810, Code::FL0835, Code::FL0836, Code::FL0837, Code::FL0843};

Value member(lang::Evaluator& ev, Value set, std::string_view name) {
  set = ev.force(set);
  if (!set.is(Tag::Attrs)) return Value::null();
  const lang::Attr* attr = set.attrs->find(ev.symbol(name));
  return attr ? ev.force(attr->value) : Value::null();
}

class Checks {
 public:
  Checks(fleet::Fleet& fleet, const fleet::Inventory& inventory, const Silence& silence, Diagnostics& diagnostics)
      : fleet_(fleet), ev_(fleet.evaluator()), inventory_(inventory), silence_(silence), diagnostics_(diagnostics) {}

  void assertions() {
    all(member(ev_, member(ev_, fleet_.outputs(), "fleet"), "checks"), "fleet.checks");
    all(member(ev_, member(ev_, ev_.force(fleet_.intrinsics().clan), "clan"), "checks"), "clan.checks");
  }

  void tags() {
    if (inventory_.instances.empty() || silence_.contains(Code::FL0622)) return;
    std::set<std::string> used{"all", "nixos", "darwin"};
    for (const auto& instance : inventory_.instances)
      for (const auto& [name, role] : instance.roles) used.insert(role.tags.begin(), role.tags.end());
    const std::vector<std::string_view> names(used.begin(), used.end());
    for (const auto& [tag, machines] : inventory_.tags)
      if (!used.contains(tag) && !machines.empty()) unused(tag, machines, names);
  }

  void directories() {
    if (inventory_.directory.empty() || silence_.contains(Code::FL0623)) return;
    std::set<std::string> known(inventory_.machines.begin(), inventory_.machines.end());
    for (const fleet::Host& host : fleet_.hosts()) known.insert(host.name);
    for (const char* folder :
         {"vars/per-machine", "sops/machines", "secrets/clan-vars/per-machine", "secrets/age-keys/machines"})
      for (const auto& name : fleet::directoriesIn(inventory_.directory + "/" + folder)) {
        if (known.contains(name)) continue;
        Diagnostic d = finding(Code::FL0623,
                               fmt::format("{}/{} belongs to no machine of the fleet", folder, base::sanitize(name)));
        const std::vector<std::string_view> names(known.begin(), known.end());
        if (const auto best = base::nearestNames(name, names, 1, 2); !best.empty())
          d.notes.push_back(base::didYouMean(best));
        diagnostics_.add(std::move(d));
      }
  }

 private:
  static Diagnostic finding(Code code, std::string message) {
    Diagnostic d;
    d.code = code;
    d.severity = base::info(code).severity;
    d.message = std::move(message);
    return d;
  }

  void all(Value checks, std::string_view from) {
    if (checks.isError()) return diagnostics_.add(ev_.diagnostic(*checks.error));
    if (!checks.is(Tag::Attrs)) return;
    for (const lang::Attr* attr : ev_.sortedByName(checks.attrs)) {
      const std::string id(ev_.text(attr->name));
      if (silence_.contains(id)) continue;
      one(*attr, id, fmt::format("{}.{}", from, id));
    }
  }

  void one(const lang::Attr& attr, const std::string& id, const std::string& name) {
    const Value check = ev_.force(attr.value);
    if (check.isError()) return diagnostics_.add(ev_.diagnostic(*check.error));
    if (member(ev_, check, "ignore").isTrue()) return;
    const Value assertion = member(ev_, check, "assertion");
    if (assertion.isTrue()) return;
    if (assertion.isError()) return diagnostics_.add(ev_.diagnostic(*assertion.error));
    const Value message = member(ev_, check, "message");
    Diagnostic d = finding(
        Code::FL0621,
        fmt::format("check {}: {}", id, message.is(Tag::String) ? base::sanitize(message.string()) : "does not hold"));
    if (attr.pos) d.span = {attr.pos, attr.pos + static_cast<Pos>(id.size())};
    if (assertion.isUnknown()) {
      d.severity = base::Severity::Note;
      d.message = fmt::format("{}: only Nix knows whether it holds", name);
    } else if (!assertion.isFalse()) {
      d.message = fmt::format("{} has no `assertion` that is true or false", name);
    }
    diagnostics_.add(std::move(d));
  }

  // Tags also choose hosts on the command line; one that nearly is a tag of a role was hardly meant to be another.
  void unused(const std::string& tag, const std::vector<std::string>& machines,
              const std::vector<std::string_view>& names) {
    const auto best = base::nearestNames(tag, names, 1, tag.size() < 6 ? 1 : 2);
    Diagnostic d =
        finding(Code::FL0622, fmt::format("no role is given by the tag `{}` of {}", tag, base::join(machines, ", ")));
    if (best.empty())
      d.severity = base::Severity::Note;
    else
      d.notes.push_back(base::didYouMean(best));
    diagnostics_.add(std::move(d));
  }

  fleet::Fleet& fleet_;
  lang::Evaluator& ev_;
  const fleet::Inventory& inventory_;
  const Silence& silence_;
  Diagnostics& diagnostics_;
};

}  // namespace

void Silence::add(const std::string& id, Diagnostics& diagnostics) {
  const auto code = base::codeFromId(id);
  const bool looksLikeCode = id.size() == 6 && id.starts_with("FL");
  const bool fits =
      code && std::find(std::begin(kSilenceable), std::end(kSilenceable), *code) != std::end(kSilenceable);
  if (fits || !looksLikeCode) {
    ids_.insert(code ? std::string(base::info(*code).id) : id);
    return;
  }
  Diagnostic d;
  d.code = Code::FL0624;
  d.severity = base::info(d.code).severity;
  d.message = fmt::format("`fleet.silence` has {}, which {}", base::sanitize(id),
                          code ? "cannot be silenced" : "is no code of fleetd");
  std::string known = "codes that can be silenced:";
  for (const Code one : kSilenceable) known += fmt::format(" {}", base::info(one).id);
  d.notes.push_back(std::move(known));
  diagnostics.add(std::move(d));
}

Silence Silence::read(fleet::Fleet& fleet, Diagnostics& diagnostics) {
  Silence out;
  if (fleet.kind() == fleet::Kind::FleetJson) {
    const base::Json* list = fleet.document() ? fleet.document()->find("silence") : nullptr;
    if (list && list->asArray())
      for (const base::Json& id : *list->asArray())
        if (id.asString()) out.add(*id.asString(), diagnostics);
    return out;
  }
  lang::Evaluator& ev = fleet.evaluator();
  const Value list = member(ev, member(ev, fleet.outputs(), "fleet"), "silence");
  if (list.isError()) diagnostics.add(ev.diagnostic(*list.error));
  if (list.is(Tag::List))
    for (const Value& element : list.list())
      if (const Value id = ev.force(element); id.is(Tag::String)) out.add(std::string(id.string()), diagnostics);
  return out;
}

void Silence::pass(const Diagnostics& from, Diagnostics& to) const {
  for (const Diagnostic& d : from.sorted())
    if (!contains(d.code)) to.add(d);
}

void checkFleet(fleet::Fleet& fleet, const fleet::Inventory& inventory, const Silence& silence,
                Diagnostics& diagnostics) {
  Checks checks(fleet, inventory, silence, diagnostics);
  checks.assertions();
  checks.tags();
  checks.directories();
}

}  // namespace fleetd::render
