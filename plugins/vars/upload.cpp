// What a machine gets, in the order of its generators.
#include "plugins/vars/upload.hpp"

#include <algorithm>

#include "plugins/vars/gzip.hpp"
#include "plugins/vars/kept.hpp"
#include "plugins/vars/terminal.hpp"
#include "plugins/vars/upload_archive.hpp"

namespace fleetd::vars {

namespace {

using fleet::Value;

std::string textOf(const Value& set, std::string_view name, const std::string& otherwise) {
  const Value* value = set.find(name);
  const auto* held = value ? value->get<std::string>() : nullptr;
  return held && !held->empty() ? *held : otherwise;
}

// How a file is declared, beyond what the graph needs.
const Value& declared(const Value& request, const std::string& machine, const std::string& generator,
                      const std::string& file) {
  static const Value kNone;
  const Value* at = &request;
  for (const std::string& name : {std::string("machines"), machine, generator, std::string("files"), file}) {
    at = at->find(name);
    if (!at) return kNone;
  }
  return *at;
}

// "0440" as a number; what is none is for the owner only.
unsigned modeOf(const std::string& text) {
  unsigned out = 0;
  for (const char c : text) {
    if (c < '0' || c > '7' || out > 0777) return 0400;
    out = out * 8 + static_cast<unsigned>(c - '0');
  }
  return text.empty() || out > 07777 ? 0400 : out;
}

fleet::Result<void> addInner(TarArchive& archive, const std::string& name, TarArchive& inner) {
  FLEET_TRY_ASSIGN(const auto bytes, inner.finish());
  FLEET_TRY_ASSIGN(const auto packed, gzipStored(bytes.span()));
  return archive.add({name, "root", "root", 0400}, packed.span());
}

}  // namespace

fleet::Result<Value> upload(const Request& request, const Value& value) {
  if (request.descriptor < 0 || !isName(request.machine))
    return age::error("VARS62", "upload needs a machine and a descriptor");
  const Value* flag = value.find("everything");
  const bool everything = flag && flag->get<bool>() && *flag->get<bool>();
  const std::string only = textOf(value, "phase", "");
  const std::string wanted = only.empty() ? "activation" : only;
  // A machine cannot open a password store: it gets the values themselves, in archives as clan's own tools make them.
  const bool values = request.store.kind() == StoreKind::Password && only.empty() && !everything;
  TarArchive archive, users, services;
  bool forUsers = false;
  std::int64_t files = 0;
  for (const auto& [place, decl] : request.declarations) {
    if (!decl.machines.contains(request.machine)) continue;
    for (const auto& [file, kind] : decl.files) {
      const bool ofExport = !decl.scope.empty();
      if (!kind.secret || !kind.deploy || (ofExport && !kind.to.contains(request.machine))) continue;
      // Machines that share a generator may each want its files in another way.
      const Value own(fleet::Attrs{
          {"neededFor", kind.neededFor}, {"owner", kind.owner}, {"group", kind.group}, {"mode", kind.mode}});
      const Value& more = ofExport ? own : declared(value, request.machine, decl.name, file);
      const std::string phase = textOf(more, "neededFor", decl.store.empty() ? "services" : "activation");
      const bool inside = values && (phase == "users" || phase == "services");
      if (phase != wanted && !everything && !inside) continue;
      if (!isName(phase)) return age::error("VARS40", place + "/" + file + ": `neededFor` is no phase");
      if (decl.store.empty() && !request.store.hasSecret(place, file))
        return age::error("VARS61", place + "/" + file + " has no value yet", "`fleetd vars generate` makes one");
      FLEET_TRY_ASSIGN(const auto content, decl.store.empty() ? request.store.readSecret(place, file)
                                                              : keptValue(request, request.machine, decl, file));
      TarFile entry{(inside ? "" : phase + "/") + place + "/" + file};
      entry.owner = textOf(more, "owner", "root");
      entry.group = textOf(more, "group", "root");
      entry.mode = modeOf(textOf(more, "mode", "0400"));
      TarArchive& into = !inside ? archive : phase == "users" ? users : services;
      FLEET_TRY(into.add(entry, content.span()));
      forUsers = forUsers || (inside && phase == "users");
      ++files;
    }
  }
  // What goes last is there only when everything is: the key, or the values of services.
  if (values) {
    if (forUsers) FLEET_TRY(addInner(archive, "secrets_for_users.tar.gz", users));
    FLEET_TRY(addInner(archive, "secrets.tar.gz", services));
  } else if (!only.empty()) {
    // Somebody wants the files of one phase, and no key.
  } else if (request.store.hasMachineKey(request.machine)) {
    FLEET_TRY_ASSIGN(const auto key, request.store.machineKey(request.machine));
    FLEET_TRY(archive.add({"key.txt", "root", "root", 0600}, key.span()));
    ++files;
  } else if (!everything) {
    FLEET_TRY(request.store.machineKey(request.machine));  // says what is wrong
  }
  FLEET_TRY_ASSIGN(const auto bytes, archive.finish());
  FLEET_TRY(writeTo(request.descriptor, bytes));
  return Value(fleet::Attrs{{"files", files}});
}

}  // namespace fleetd::vars
