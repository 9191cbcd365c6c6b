// `fleetd import clan DIR`: what of a clan repository is read here, what is Nix's alone, and what nobody here
// understands. Reads only.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/json.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/cli/locate.hpp"
#include "kernel/cli/open_plugins.hpp"
#include "kernel/cli/text_table.hpp"
#include "kernel/fleet/discovery.hpp"
#include "kernel/process/crash.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using base::FileType;

constexpr std::string_view kNative = "native", kOpaque = "left to Nix", kUnknown = "not understood";

struct Item {
  std::string_view status;
  std::string what, detail;
};

class ClanSurvey {
 public:
  ClanSurvey(Context& cx, std::string directory) : cx_(cx), root_(std::move(directory)) {}

  std::vector<Item> run() {
    fleet();
    inventoryFile();
    machineDirectories();
    vars();
    keys();
    older();
    const auto rank = [](const Item& item) { return item.status == kNative ? 0 : item.status == kOpaque ? 1 : 2; };
    std::stable_sort(items_.begin(), items_.end(), [&](const Item& a, const Item& b) { return rank(a) < rank(b); });
    return std::move(items_);
  }

 private:
  void add(std::string_view status, std::string what, std::string detail) {
    items_.push_back({status, std::move(what), std::move(detail)});
  }
  static std::string counted(std::size_t number, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", number, number == 1 ? one : many);
  }

  void fleet() {
    auto isolation = pluginIsolation(cx_);
    const process::Repeatable repeatable(isolation && isolation->who != plugin::Isolate::none);
    auto opened = isolation ? render::Workspace::open(
                                  {root_, pluginPaths(root_), pluginLog(cx_), pluginTrust(), *std::move(isolation)},
                                  cx_.sources, cx_.symbols, cx_.diagnostics)
                            : Result<std::unique_ptr<render::Workspace>>(isolation.error());
    if (!opened) {
      add(kUnknown, "flake.nix", opened.error().message);
      cx_.diagnostics.add(opened.error());
      return;
    }
    workspace_ = *std::move(opened);
    const auto& services = workspace_->services();
    const auto& inventory = services.inventory();
    std::map<std::string, std::size_t> classes;
    for (const fleet::Host& host : workspace_->fleet().hosts()) ++classes[host.klass];
    for (const auto& [klass, number] : classes)
      add(kNative, fmt::format("{} hosts", klass), counted(number, "host is composed here", "hosts are composed here"));
    for (const Diagnostic& d : cx_.diagnostics.sorted())
      if (d.code == Code::FL0507) add(kOpaque, d.host.empty() ? std::string("hosts") : "host " + d.host, d.message);
    if (!inventory.meta.name.empty())
      add(kNative, "meta", fmt::format("{}, domain {}", inventory.meta.name, inventory.meta.domain));
    for (const auto& instance : inventory.instances) instanceItem(services, instance);
  }

  void instanceItem(const render::Services& services, const fleet::ServiceInstance& instance) {
    std::vector<std::string> roles;
    for (const auto& [name, role] : instance.roles)
      roles.push_back(fmt::format("{} on {}", name, counted(role.machines.size(), "machine", "machines")));
    const std::string text = base::join(roles, ", ");
    const std::string what = "instance " + instance.name;
    if (instance.own)
      return add(kNative, what, fmt::format("of this repository's own service {}: {}", instance.service, text));
    if (services.implements(instance.service) && (instance.input.empty() || instance.input == "clan-core"))
      return add(kNative, what, fmt::format("of {}, which a plugin implements: {}", instance.service, text));
    add(kOpaque, what,
        fmt::format("of {} from {}: roles and machines are known, their effect is Nix's; {}", instance.service,
                    instance.input.empty() ? "clan-core" : "the input " + instance.input, text));
  }

  void inventoryFile() {
    const std::string path = root_ + "/inventory.json";
    if (base::fileType(path) == FileType::Missing) return;
    const auto text = base::readFile(path);
    const auto json = text ? base::parseJson(*text) : Result<base::Json>(text.error());
    if (!json || !json->asObject()) return add(kUnknown, "inventory.json", json ? "no object" : json.error().message);
    for (const auto& [key, value] : *json->asObject()) {
      const bool known = key == "machines" || key == "instances" || key == "meta" || key == "tags";
      const std::size_t size = value.asObject() ? value.asObject()->size() : 0;
      if (known)
        add(kNative, "inventory.json: " + base::sanitize(key), counted(size, "entry", "entries"));
      else if (key == "services" && size == 0)
        add(kNative, "inventory.json: services", "empty; a leftover of the inventory before instances");
      else
        add(kUnknown, "inventory.json: " + base::sanitize(key),
            key == "services" ? "the inventory before instances: write instances instead" : "no part of an inventory");
    }
  }

  void machineDirectories() {
    std::map<std::string, std::size_t> files;
    for (const auto& machine : fleet::directoriesIn(root_ + "/machines"))
      if (const auto entries = base::listDir(root_ + "/machines/" + machine))
        for (const auto& entry : *entries) ++files[entry.name];
    std::size_t others = 0;
    for (const auto& [name, number] : files) {
      if (name == "configuration.nix" || name == "hardware-configuration.nix" || name == "disko.nix")
        add(kNative, "machines/*/" + name, counted(number, "machine has it", "machines have it"));
      else if (name == "facter.json")
        add(kOpaque, "machines/*/facter.json", counted(number, "report of hardware", "reports of hardware"));
      else
        others += number;
    }
    if (others > 0)
      add(kOpaque, "machines/*",
          counted(others, "other file; it counts where a module imports it",
                  "other files; they count where modules import them"));
  }

  // Values and secrets below a folder of generators.
  void count(const std::string& folder, std::size_t& values, std::size_t& secrets) {
    for (const auto& generator : fleet::directoriesIn(folder))
      for (const auto& file : fleet::directoriesIn(folder + "/" + generator)) {
        const std::string at = folder + "/" + generator + "/" + file;
        if (base::isRegularFile(at + "/value")) ++values;
        if (base::isRegularFile(at + "/secret")) ++secrets;
      }
  }

  void vars() {
    std::size_t values = 0, secrets = 0;
    count(root_ + "/vars/shared", values, secrets);
    for (const auto& machine : fleet::directoriesIn(root_ + "/vars/per-machine"))
      count(root_ + "/vars/per-machine/" + machine, values, secrets);
    if (values > 0)
      add(kNative, "vars: public values",
          counted(values, "value is", "values are") + " read where configurations ask for them");
    if (secrets > 0)
      add(kNative, "vars: secrets (sops)",
          counted(secrets, "secret", "secrets") + "; `fleetd vars` reads and writes them with an age key");
    if (base::isDirectory(root_ + "/secrets/clan-vars"))
      add(kNative, "secrets/clan-vars",
          "secrets of the age store; `fleetd vars` reads and writes them with an age key");
    if (base::isDirectory(root_ + "/secrets/age-keys"))
      add(kNative, "secrets/age-keys", "machines' keys of the age store");
  }

  void keys() {
    for (const char* kind : {"users", "machines"}) {
      std::size_t age = 0, other = 0;
      for (const auto& name : fleet::directoriesIn(root_ + "/sops/" + kind)) {
        const auto text = base::readFile(root_ + "/sops/" + kind + "/" + name + "/key.json", 1 << 20);
        const auto json = text ? base::parseJson(*text) : Result<base::Json>(text.error());
        if (!json) {
          ++other;
          continue;
        }
        const base::Json::Array one{*json};
        for (const auto& key : json->asArray() ? *json->asArray() : one)
          ++(key.stringOr("type", "") == "age" ? age : other);
      }
      if (age > 0) add(kNative, fmt::format("sops/{}", kind), counted(age, "age key", "age keys"));
      if (other > 0)
        add(kUnknown, fmt::format("sops/{}", kind),
            counted(other, "key that is not an age key", "keys that are not age keys"));
    }
    if (const auto groups = fleet::directoriesIn(root_ + "/sops/groups"); !groups.empty())
      add(kNative, "sops/groups", base::sanitize(base::join(groups, " ")));
    std::size_t machineKeys = 0, others = 0;
    for (const auto& name : fleet::directoriesIn(root_ + "/sops/secrets"))
      ++(name.ends_with("-age.key") ? machineKeys : others);
    if (machineKeys > 0)
      add(kNative, "sops/secrets/*-age.key", counted(machineKeys, "machine's own key", "machines' own keys"));
    if (others > 0)
      add(kOpaque, "sops/secrets",
          counted(others, "secret that sops-nix brings to machines", "secrets that sops-nix brings to machines"));
  }

  void older() {
    if (base::isDirectory(root_ + "/facts"))
      add(kUnknown, "facts/", "values from before vars; Nix modules may still read them");
  }

  Context& cx_;
  std::string root_;
  std::vector<Item> items_;
  std::unique_ptr<render::Workspace> workspace_;
};

bool looksLikeClan(const std::string& directory) {
  return base::isRegularFile(directory + "/flake.nix") || base::isRegularFile(directory + "/inventory.json") ||
         base::isDirectory(directory + "/machines");
}

void write(Context& cx, const std::vector<Item>& items) {
  if (cx.json()) {
    base::JsonWriter json(cx.out.data(), 2);
    json.beginArray();
    for (const Item& item : items)
      json.beginObject()
          .member("status", item.status)
          .member("what", item.what)
          .member("detail", item.detail)
          .endObject();
    json.endArray();
    cx.out.write("\n");
    return;
  }
  TextTable table({{"STATUS"}, {"WHAT"}, {"DETAIL", false, 20, 1}});
  for (const Item& item : items)
    table.add({{std::string(item.status), item.status == kNative   ? kGreen
                                          : item.status == kOpaque ? kYellow
                                                                   : kRed},
               {item.what, kBold},
               {item.detail}});
  cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
}

}  // namespace

int runImport(Context& cx) {
  if (cx.args.positional(0) != "clan")
    return cx.fail({Code::FL0903,
                    fmt::format("`{}` cannot be imported", shownWord(cx.args.positional(0))),
                    "fleetd import clan DIR",
                    {}});
  const auto directory = absolutePath(cx.args.positional(1));
  if (!directory) return cx.fail(directory.error());
  if (!looksLikeClan(*directory))
    return cx.fail({Code::FL0625,
                    fmt::format("{} is no clan repository", base::sanitize(*directory)),
                    "it has neither flake.nix nor inventory.json nor machines/",
                    {}});
  const auto items = ClanSurvey(cx, *directory).run();
  write(cx, items);
  return cx.finish();
}

}  // namespace fleetd::cli
