// Making, changing and removing instances of services.
#include "kernel/cli/services_edit.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fleet/cxx/path.hpp>

#include "kernel/base/text.hpp"
#include "kernel/cli/inventory_change.hpp"
#include "kernel/cli/inventory_words.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using base::Json;
using fleet::InventoryPath;

InventoryPath operator/(InventoryPath path, const std::string& name) {
  path.push_back(name);
  return path;
}

class ServiceEdit {
 public:
  ServiceEdit(Context& cx, InventoryChange& change, std::string name)
      : cx_(cx), change_(change), name_(std::move(name)), at_{"instances", name_} {}

  Result<void> add() {
    if (!change_.edit().effective(at_).isNull())
      return Error{Code::FL0615, fmt::format("the inventory has an instance {} already", name_),
                   "`fleetd services set` changes it", placeOf()};
    FLEETD_TRY(checkInstanceName(name_));
    service_ = cx_.args.has("--service") ? std::string(cx_.args.value("--service")) : name_;
    const std::string input(cx_.args.value("--input"));
    FLEETD_TRY(knowService(input));
    Json::Object module{{"name", Json(service_)}};
    if (!input.empty()) module.emplace_back("input", Json(input));
    FLEETD_TRY(change_.edit().set(at_ / "module", Json(std::move(module))));
    return changeRole();
  }

  Result<void> set() {
    FLEETD_TRY(needInstance());
    return changeRole();
  }

  Result<void> remove() {
    FLEETD_TRY(needInstance());
    if (!cx_.args.has("--role")) {
      if (cx_.args.has("--machine") || cx_.args.has("--tag") || cx_.args.positionals.size() > 2) {
        FLEETD_TRY(findRole());
        return removeParts();
      }
      return change_.edit().remove(at_);
    }
    FLEETD_TRY(findRole());
    return removeParts();
  }

 private:
  Span placeOf() const {
    const auto* origin = change_.origins().root.find(at_);
    return origin ? origin->place : Span{};
  }

  Result<void> needInstance() {
    const Json instance = change_.edit().effective(at_);
    if (!instance.isNull()) {
      const Json* module = instance.find("module");
      service_ = module ? std::string(module->stringOr("name", name_)) : name_;
      if (module && module->stringOr("input", "") != "" && module->stringOr("input", "") != "clan-core")
        foreign_ = true;
      return {};
    }
    std::vector<std::string_view> names;
    for (const auto& one : cx_.workspace().services().inventory().instances) names.push_back(one.name);
    std::string hint = suggestion(name_, names);
    if (hint.empty()) hint = "`fleetd services` lists the instances";
    return Error{Code::FL0616, fmt::format("the inventory has no instance {}", shownWord(name_)), std::move(hint), {}};
  }

  // A service that a plugin implements, or one of an input that was named.
  Result<void> knowService(const std::string& input) {
    foreign_ = !input.empty() && input != "clan-core";
    if (!input.empty()) return {};
    std::vector<std::string> names;
    auto& plugins = cx_.workspace().plugins();
    for (const auto& file : plugins.files())
      if (const auto schema = plugins.schema(file.id); schema && !(*schema)->roles.empty()) names.push_back(file.id);
    if (std::find(names.begin(), names.end(), service_) != names.end()) return {};
    std::string hint = suggestion(service_, {names.begin(), names.end()});
    if (hint.empty())
      hint = "there are: " + base::join(names, " ") +
             "; services of this fleet's own modules need --input self, others --input NAME";
    return Error{
        Code::FL0616, fmt::format("no plugin implements a service `{}`", shownWord(service_)), std::move(hint), {}};
  }

  const sdk::Schema* schema() {
    if (foreign_) return nullptr;
    const auto& files = cx_.workspace().plugins().files();
    if (std::none_of(files.begin(), files.end(), [&](const auto& file) { return file.id == service_; })) return nullptr;
    const auto found = cx_.workspace().plugins().schema(service_);
    return found ? *found : nullptr;
  }

  // --role, or the only role the service has.
  Result<void> findRole() {
    role_ = cx_.args.value("--role");
    const sdk::Schema* known = schema();
    std::vector<std::string> names;
    if (known)
      for (const auto& role : known->roles) names.push_back(role.name);
    if (role_.empty() && names.size() == 1) role_ = names.front();
    if (role_.empty())
      return Error{Code::FL0903,
                   fmt::format("which role of {} is meant?", service_),
                   names.empty() ? "--role ROLE" : "--role with one of: " + base::join(names, " "),
                   {}};
    if (known && std::find(names.begin(), names.end(), role_) == names.end()) {
      std::string hint = suggestion(role_, {names.begin(), names.end()});
      if (hint.empty()) hint = "its roles are: " + base::join(names, " ");
      return Error{Code::FL0601, fmt::format("{} has no role `{}`", service_, shownWord(role_)), std::move(hint), {}};
    }
    roleAt_ = at_ / "roles" / role_;
    if (known)
      for (const auto& role : known->roles)
        if (role.name == role_) decl_ = &role;
    return {};
  }

  // Tags may be a list of names; one with settings needs the form of a set.
  void tagsAsSet() {
    const Json* tags = change_.file().find(roleAt_ / "tags");
    if (!tags || !tags->asArray()) return;
    Json::Object out;
    for (const Json& one : *tags->asArray())
      if (one.asString()) out.emplace_back(*one.asString(), Json(Json::Object()));
    change_.file().set(roleAt_ / "tags", Json(std::move(out)));
  }

  std::vector<InventoryPath> members() {
    std::vector<InventoryPath> out;
    for (const auto& machine : cx_.args.values("--machine")) out.push_back(roleAt_ / "machines" / machine);
    for (const auto& tag : cx_.args.values("--tag")) out.push_back(roleAt_ / "tags" / tag);
    return out;
  }

  Result<void> changeRole() {
    FLEETD_TRY(findRole());
    for (const auto& machine : cx_.args.values("--machine")) FLEETD_TRY(change_.needMachine(machine));
    for (const auto& tag : cx_.args.values("--tag"))
      if (change_.edit().effective(roleAt_ / "tags" / tag).isNull()) FLEETD_TRY(checkTag(tag));
    tagsAsSet();
    const auto layers = members();
    for (const InventoryPath& member : layers) FLEETD_TRY(change_.edit().set(member, Json(Json::Object())));
    if (layers.empty() && cx_.args.positionals.size() < 3) {
      if (change_.edit().effective(at_ / "roles").isNull() || !change_.edit().effective(roleAt_).isNull())
        return Error{Code::FL0903, "nothing to change", "--machine NAME, --tag NAME, or settings as NAME=VALUE", {}};
      return change_.edit().set(roleAt_, Json(Json::Object()));
    }
    for (std::size_t i = 2; i < cx_.args.positionals.size(); ++i) {
      FLEETD_TRY(checkText("a setting", cx_.args.positionals[i]));
      FLEETD_TRY_ASSIGN(const Setting setting,
                        parseSetting(cx_.args.positionals[i], decl_ ? &decl_->settings : nullptr));
      if (decl_) FLEETD_TRY(checkSetting(decl_->settings, decl_->open, setting));
      for (InventoryPath layer : layers.empty() ? std::vector<InventoryPath>{roleAt_} : layers) {
        layer.emplace_back("settings");
        layer.insert(layer.end(), setting.path.begin(), setting.path.end());
        FLEETD_TRY(change_.edit().set(layer, setting.value));
      }
    }
    return {};
  }

  Result<void> removeParts() {
    tagsAsSet();
    const auto layers = members();
    if (cx_.args.positionals.size() < 3) {
      if (layers.empty()) return change_.edit().remove(roleAt_);
      for (const InventoryPath& member : layers) FLEETD_TRY(change_.edit().remove(member));
      return {};
    }
    for (std::size_t i = 2; i < cx_.args.positionals.size(); ++i) {
      const auto path = sdk::parsePath(cx_.args.positionals[i]);
      if (!path || path->empty())
        return Error{
            Code::FL0903, fmt::format("`{}` is no name of a setting", shownWord(cx_.args.positionals[i])), "", {}};
      for (InventoryPath layer : layers.empty() ? std::vector<InventoryPath>{roleAt_} : layers) {
        layer.emplace_back("settings");
        layer.insert(layer.end(), path->begin(), path->end());
        FLEETD_TRY(change_.edit().remove(layer));
      }
    }
    return {};
  }

  Context& cx_;
  InventoryChange& change_;
  std::string name_, service_, role_;
  InventoryPath at_, roleAt_;
  const sdk::RoleDecl* decl_ = nullptr;
  bool foreign_ = false;
};

}  // namespace

int editServices(Context& cx, std::string_view verb) {
  if (cx.args.positionals.size() < 2)
    return cx.fail({Code::FL0903,
                    fmt::format("`fleetd services {}` needs the name of an instance", verb),
                    "`fleetd services` lists the instances",
                    {}});
  auto opened = InventoryChange::open(cx);
  if (!opened) return cx.fail(opened.error());
  InventoryChange& change = **opened;
  const std::string& name = cx.args.positionals[1];
  ServiceEdit edit(cx, change, name);
  auto done = verb == "add" ? edit.add() : verb == "set" ? edit.set() : edit.remove();
  const std::string message = fmt::format("inventory.json: {} instance {}", verb, name);
  change.describe(message);
  if (done) done = change.apply({name});
  if (!done) return cx.fail(done.error());
  change.commit();
  if (!cx.quiet() && !cx.json()) cx.out.message(change.touched() ? message + "\n" : "nothing changes\n");
  return cx.finish();
}

}  // namespace fleetd::cli
