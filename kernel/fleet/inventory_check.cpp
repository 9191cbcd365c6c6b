// Looking through an inventory.
#include "kernel/fleet/inventory_check.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/suggest.hpp"
#include "kernel/base/text.hpp"
#include "kernel/fleet/intrinsics.hpp"
#include "kernel/lang/source_path.hpp"

namespace fleetd::fleet {

namespace {

using base::Code;
using base::Severity;
using lang::Evaluator;
using lang::Tag;
using lang::Value;

constexpr int kDeepest = 64;
constexpr std::size_t kMostParts = 20'000;  // of one value; what is beyond is not looked at

bool isInternal(Evaluator& ev, Pos pos) {
  const base::SourceFile* file = ev.sources().fileOf(pos);
  return !file || file->name.starts_with("fleetd:") || file->name.starts_with("«");
}

bool saysNothing(const lang::EvalError& error) {
  return error.assumed || error.kind == lang::ErrorKind::Throw ||
         (error.kind == lang::ErrorKind::Module &&
          error.message.find("was accessed but has no value defined") != std::string_view::npos);
}

Value mistake(Evaluator& ev, Value value, int depth, std::size_t& parts) {
  value = ev.force(value);
  if (value.isError()) return saysNothing(*value.error) ? Value::null() : value;
  if (depth >= kDeepest || ++parts > kMostParts) return Value::null();
  if (value.is(Tag::List)) {
    for (const Value& one : value.list())
      if (const Value found = mistake(ev, one, depth + 1, parts); found.isError()) return found;
  } else if (value.is(Tag::Attrs)) {
    const lang::Names& names = ev.names();
    if (value.attrs->find(names.type) || value.attrs->find(names.outPath) || value.attrs->find(names.functor))
      return Value::null();
    for (const lang::Attr* attr : ev.sortedByName(value.attrs))
      if (const Value found = mistake(ev, attr->value, depth + 1, parts); found.isError()) return found;
  }
  return Value::null();
}

class Check {
 public:
  Check(Fleet& fleet, const Inventory& inventory, const AddressCheck& address, base::Diagnostics& diagnostics)
      : ev_(fleet.evaluator()), inventory_(inventory), address_(address), diagnostics_(diagnostics) {
    clan_ = member(fleet.intrinsics().clan, "clan");
    written_ = member(clan_, "inventory");
    for (base::Diagnostic& d : diagnostics.sorted()) told_.emplace(d.code, std::move(d.message), std::move(d.option));
  }

  void run() {
    if (!clan_.is(Tag::Attrs)) return;
    unknownNames(clan_, "clan", kOfClan);
    directory();
    meta();
    for (const lang::Attr* attr : entries(member(written_, "machines"))) machine(*attr);
    for (const lang::Attr* attr : entries(member(written_, "instances"))) instance(*attr);
    for (const lang::Attr* attr : entries(member(clan_, "exportInterfaces"))) fields(attr->value, spanOf(*attr));
    for (const lang::Attr* attr : entries(member(member(clan_, "resolvedServices"), "instances"))) manifest(*attr);
  }

 private:
  static constexpr std::string_view kOfClan[] = {"self",
                                                 "directory",
                                                 "meta",
                                                 "machines",
                                                 "modules",
                                                 "deprecatedModules",
                                                 "inventory",
                                                 "templates",
                                                 "vars",
                                                 "secrets",
                                                 "checks",
                                                 "exports",
                                                 "exportInterfaces",
                                                 "specialArgs",
                                                 "pkgsForSystem",
                                                 "clanInternals",
                                                 "nixosModules",
                                                 "darwinModules",
                                                 "nixosConfigurations",
                                                 "darwinConfigurations"};
  static constexpr std::string_view kOfMeta[] = {"name", "description", "icon", "domain", "tld"};

  Value member(Value set, std::string_view key) {
    set = ev_.force(set);
    const lang::Attr* attr = set.is(Tag::Attrs) ? set.attrs->find(ev_.symbol(key)) : nullptr;
    return attr ? ev_.force(attr->value) : Value::null();
  }
  std::vector<const lang::Attr*> entries(Value set) {
    set = ev_.force(set);
    std::vector<const lang::Attr*> out;
    if (set.is(Tag::Attrs))
      for (const lang::Attr* attr : ev_.sortedByName(set.attrs)) out.push_back(attr);
    return out;
  }
  Span spanOf(const lang::Attr& attr) {
    if (attr.pos == 0 || isInternal(ev_, attr.pos)) return {};
    return {attr.pos, attr.pos + static_cast<Pos>(ev_.text(attr.name).size())};
  }
  std::string nameOf(const lang::Attr& attr) const { return base::sanitize(ev_.text(attr.name)); }

  void tell(Value found, Span around) {
    if (!found.isError()) return;
    base::Diagnostic d = placedDiagnostic(ev_, *found.error, around);
    // One mistake may be met in every machine.
    if (told_.emplace(d.code, d.message, d.option).second) diagnostics_.add(std::move(d));
  }
  base::Diagnostic& add(Code code, Severity severity, std::string message, Span span) {
    base::Diagnostic d;
    d.code = code;
    d.severity = severity;
    d.message = std::move(message);
    d.span = span;
    return last_ = std::move(d);
  }
  void send() { diagnostics_.add(std::move(last_)); }

  // Every field by itself, so that one mistake does not hide another.
  void fields(Value set, Span around, std::span<const std::string_view> without = {}) {
    set = ev_.force(set);
    if (!set.is(Tag::Attrs)) return tell(mistakeIn(ev_, set), around);
    for (const lang::Attr* attr : ev_.sortedByName(set.attrs))
      if (std::find(without.begin(), without.end(), ev_.text(attr->name)) == without.end())
        tell(mistakeIn(ev_, attr->value), around);
  }

  // Sets that take any name: one that is nearly another's is a slip of the pen.
  void unknownNames(Value set, std::string_view of, std::span<const std::string_view> known) {
    const std::vector<std::string_view> names(known.begin(), known.end());
    for (const lang::Attr* attr : entries(set)) {
      const std::string_view name = ev_.text(attr->name);
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      const auto best = base::nearestNames(name, names, 1, 2);
      if (best.empty()) continue;
      add(Code::FL0633, Severity::Warning, fmt::format("nothing reads `{}` in `{}`", nameOf(*attr), of), spanOf(*attr))
          .notes.push_back(base::didYouMean(best));
      send();
    }
  }

  void directory() {
    const Value value = member(clan_, "directory");
    if (value.isError() || value.isUnknown() || value.is(Tag::Null)) return tell(value, {});
    const auto path = lang::sourcePath(ev_, value);
    if (path && base::isDirectory(*path)) return;
    const lang::Attr* attr = clan_.attrs->find(ev_.symbol("directory"));
    add(Code::FL0633, Severity::Error,
        path ? fmt::format("`clan.directory` is {}, which is no directory", base::sanitize(*path))
             : fmt::format("`clan.directory` is {}, not a path", ev_.typeName(value)),
        attr ? spanOf(*attr) : Span{})
        .notes.emplace_back("it is where machines/, vars/ and inventory.json are; leave it out for the fleet's own");
    send();
  }

  void meta() {
    const Value meta = member(written_, "meta"), said = member(clan_, "meta");
    const auto place = [&](std::string_view name) {
      const lang::Attr* attr = said.is(Tag::Attrs) ? said.attrs->find(ev_.symbol(name)) : nullptr;
      return attr ? spanOf(*attr) : Span{};
    };
    for (const lang::Attr* attr : entries(meta)) tell(mistakeIn(ev_, attr->value), place(ev_.text(attr->name)));
    unknownNames(said.is(Tag::Attrs) && said.attrs->size > 0 ? said : meta, "clan.meta", kOfMeta);
    const Value earlier = member(meta, "tld"), domain = member(meta, "domain");
    if (!earlier.is(Tag::String) || !domain.is(Tag::String)) return;
    const bool shadowed = domain.string() != earlier.string();
    add(Code::FL0633, shadowed ? Severity::Warning : Severity::Note,
        shadowed ? "`clan.meta.tld` has no effect beside `clan.meta.domain`"
                 : "`clan.meta.tld` is an earlier name of `clan.meta.domain`",
        place("tld"))
        .notes.emplace_back(shadowed ? "leave it out" : "clan warns of it; write `domain`");
    send();
  }

  void machine(const lang::Attr& attr) {
    const Span at = spanOf(attr);
    fields(attr.value, at);
    const Value name = member(attr.value, "name");
    if (name.is(Tag::String) && name.string() != ev_.text(attr.name)) {
      add(Code::FL0614, Severity::Warning,
          fmt::format("the machine {} says that its name is `{}`, and keeps the one it stands under", nameOf(attr),
                      base::sanitize(name.string())),
          at)
          .notes.emplace_back("leave `name` out, or rename the machine itself");
      send();
    }
    const Value deploy = member(attr.value, "deploy");
    for (const std::string_view field : {"targetHost", "buildHost"}) {
      const Value text = member(deploy, field);
      if (!text.is(Tag::String) || !address_ || (field == "buildHost" && text.string() == "localhost")) continue;
      const auto fine = address_(std::string(text.string()));
      if (fine) continue;
      base::Diagnostic d = base::Diagnostic::from(fine.error());
      d.message = fmt::format("deploy.{} of the machine {}: {}", field, nameOf(attr), d.message);
      d.span = at;
      diagnostics_.add(std::move(d));
    }
  }

  void instance(const lang::Attr& attr) {
    const Span at = spanOf(attr);
    const std::string_view name = ev_.text(attr.name);
    if (name.empty() || name.find(':') != std::string_view::npos) {
      add(Code::FL0635, Severity::Error, fmt::format("`{}` is no name for an instance", nameOf(attr)), at)
          .notes.emplace_back(
              "it is a part of what services export, `service:instance:role:machine`: not empty, no colon");
      send();
    }
    fields(member(attr.value, "module"), at);
    for (const lang::Attr* role : entries(member(attr.value, "roles"))) {
      // Settings are held to the interface; modules are looked at by who imports them.
      tell(mistakeIn(ev_, member(role->value, "excludeMachines")), at);
      for (const std::string_view members : {"machines", "tags"})
        for (const lang::Attr* one : entries(member(role->value, members)))
          if (const Value entry = ev_.force(one->value); entry.isError()) tell(entry, at);
    }
  }

  void manifest(const lang::Attr& attr) {
    const auto known = std::find_if(inventory_.instances.begin(), inventory_.instances.end(),
                                    [&](const auto& one) { return one.name == ev_.text(attr.name); });
    if (known == inventory_.instances.end() || !known->own) return;
    fields(member(attr.value, "manifest"), known->place);
  }

  Evaluator& ev_;
  const Inventory& inventory_;
  const AddressCheck& address_;
  base::Diagnostics& diagnostics_;
  base::Diagnostic last_;
  std::set<std::tuple<Code, std::string, std::string>> told_;
  Value clan_, written_;
};

}  // namespace

base::Diagnostic placedDiagnostic(Evaluator& ev, const lang::EvalError& error, Span around) {
  base::Diagnostic d = ev.diagnostic(error);
  std::erase_if(d.labels, [&](const base::Label& label) { return isInternal(ev, label.span.begin); });
  if (!d.span || isInternal(ev, d.span.begin)) {
    d.span = around;
    if (!d.span && !d.labels.empty()) d.span = d.labels.front().span;
  }
  if (error.kind == lang::ErrorKind::InfiniteRecursion && d.option.find("inventory.machines.") != std::string::npos &&
      d.option.ends_with(".tags"))
    d.notes.emplace_back(
        "a tag that is computed from machines must not read their tags; names, `machineClass` and other fields are fine");
  return d;
}

Value mistakeIn(Evaluator& ev, Value value) {
  std::size_t parts = 0;
  return mistake(ev, value, 0, parts);
}

void checkInventory(Fleet& fleet, const Inventory& inventory, const AddressCheck& address,
                    base::Diagnostics& diagnostics) {
  Check(fleet, inventory, address, diagnostics).run();
}

}  // namespace fleetd::fleet
