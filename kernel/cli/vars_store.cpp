// Reading the settings of the store.
#include "kernel/cli/vars_store.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/fleet/intrinsics.hpp"
#include "kernel/render/views.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using lang::Value;
using plugin::PluginValue;

// A value inside sets of level F; null when it is missing.
Value inside(lang::Evaluator& ev, Value set, std::initializer_list<std::string_view> path) {
  for (const std::string_view name : path) {
    set = ev.force(set);
    const lang::Attr* attr = set.is(lang::Tag::Attrs) ? set.attrs->find(ev.symbol(name)) : nullptr;
    if (!attr) return Value::null();
    set = attr->value;
  }
  return ev.force(set);
}

std::string textOf(const PluginValue* value) {
  const auto* text = value ? value->get<std::string>() : nullptr;
  return text ? *text : std::string();
}

PluginValue configured(render::Workspace& workspace, fleet::ComposedHost& composed, const sdk::Path& path) {
  return render::everythingBelow(workspace.fleet().evaluator(), composed, path);
}

std::string configuredText(render::Workspace& workspace, fleet::ComposedHost& composed, const sdk::Path& path) {
  const PluginValue value = configured(workspace, composed, path);
  return textOf(&value);
}

}  // namespace

StoreSettings::StoreSettings(render::Workspace& workspace) : workspace_(workspace) {
  lang::Evaluator& ev = workspace.fleet().evaluator();
  const auto setting = [&](std::initializer_list<std::string_view> path) {
    const auto plain = render::plainValue(ev, inside(ev, workspace.fleet().intrinsics().clan, path));
    return plain ? *plain : PluginValue();
  };
  const PluginValue kind = setting({"clan", "vars", "settings", "secretStore"});
  kind_ = textOf(&kind);
  ofFleet_ = !kind_.empty();
  default_ = setting({"clan", "vars", "settings", "recipients", "default"});
  const PluginValue hosts = setting({"clan", "vars", "settings", "recipients", "hosts"});
  if (const auto* set = hosts.get<sdk::Attrs>()) hosts_ = *set;
}

void StoreSettings::add(const fleet::Host& host, fleet::ComposedHost& composed) {
  if (const std::string command =
          configuredText(workspace_, composed, {"clan", "core", "vars", "password-store", "passCommand"});
      !command.empty())
    passCommand_ = command;
  const PluginValue own = configured(workspace_, composed, {"clan", "core", "vars", "settings"});
  const std::string kind = textOf(own.find("secretStore"));
  if (const PluginValue* recipients = own.find("recipients"); recipients && !ofFleet_) {
    const PluginValue* named = recipients->find("hosts");
    const PluginValue* mine = named ? named->find(host.name) : nullptr;
    if (!mine) mine = recipients->find("default");
    if (mine && !mine->isNil()) {
      hosts_.set(host.name, *mine);
      if (default_.isNil()) default_ = *mine;
    }
  }
  if (kind.empty() || kind == kind_) return;
  if (kind_.empty() && firstOf_.empty() && !ofFleet_) {
    kind_ = kind;
    firstOf_ = host.name;
  } else if (dispute_.empty()) {
    dispute_ = fmt::format("{} of {} and {} of {}", kind, host.name, kind_, firstOf_.empty() ? "the fleet" : firstOf_);
  }
}

PluginValue StoreSettings::value() const {
  sdk::Attrs recipients{{"hosts", hosts_}};
  if (default_.get<sdk::List>()) recipients.set("default", default_);
  return PluginValue(sdk::Attrs{{"kind", dispute_.empty() ? kind_ : dispute_},
                                {"passCommand", passCommand_},
                                {"recipients", std::move(recipients)}});
}

std::string storeNameOf(render::Workspace& workspace, const fleet::Host& host) {
  StoreSettings settings(workspace);
  Diagnostics unheard;
  settings.add(host, *workspace.compose(host, unheard));
  const PluginValue value = settings.value();
  const std::string kind = textOf(value.find("kind"));
  return kind.empty() ? "sops" : kind;
}

Result<std::string> secretDirectoryOf(render::Workspace& workspace, const fleet::Host& host) {
  const std::string store = storeNameOf(workspace, host);
  const bool isSops = store != "age" && store != "password-store";
  Diagnostics unheard;
  const auto composed = workspace.compose(host, unheard);
  std::string out = configuredText(workspace, *composed,
                                   isSops ? sdk::Path{"clan", "core", "vars", "sops", "secretUploadDirectory"}
                                          : sdk::Path{"clan", "core", "vars", store, "secretLocation"});
  if (out.empty()) return std::string(isSops ? "/var/lib/sops-nix" : "/etc/secret-vars");
  // What is there is replaced, so it must be nobody else's: /etc, /var/lib and the like are not.
  const auto parts = base::split(std::string_view(out).substr(1), '/');
  const bool fits =
      out.front() == '/' && out.size() < 200 && parts.size() >= 2 &&
      (parts.size() >= 3 || parts[0] == "etc" || parts[0] == "root") &&
      std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
        return !part.empty() && part != "." && part != ".." && std::all_of(part.begin(), part.end(), [](char c) {
          return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
                 c == '-';
        });
      });
  if (fits) return out;
  return Error{Code::FL0724,
               fmt::format("{} cannot have its key in {}", host.name, base::sanitize(out)),
               "name a directory of its own, such as /var/lib/sops-nix: letters, digits and . _ -, three names or more",
               {}};
}

}  // namespace fleetd::cli
