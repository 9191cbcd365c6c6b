// Asking Nix for options, one host for each set of imports that cannot be read here.
#include "kernel/cli/schema_sync.hpp"

#include <algorithm>
#include <chrono>
#include <set>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/fleet/configuration.hpp"
#include "kernel/fleet/schema_list.hpp"
#include "kernel/lang/unknown.hpp"
#include "kernel/process/spawn.hpp"

namespace fleetd::cli {

std::string_view schemaNix(std::string_view name);  // generated

namespace {

using base::Code;

constexpr auto kLimit = std::chrono::minutes(15);
constexpr std::size_t kMostOutput = std::size_t{256} << 20;

using Arguments = std::vector<std::pair<std::string, std::string>>;

Result<std::string> runNix(const Arguments& arguments) {
  process::Command command;
  command.argv = {"nix-instantiate",
                  "--eval",
                  "--strict",
                  "--json",
                  "--readonly-mode",
                  "--option",
                  "experimental-features",
                  "nix-command flakes",
                  "-E",
                  std::string(schemaNix("options.nix"))};
  for (const auto& [name, value] : arguments) command.argv.insert(command.argv.end(), {"--argstr", name, value});
  command.timeout = kLimit;
  command.maxOutput = kMostOutput;
  return process::runForOutput(command);
}

Result<std::vector<fleet::SchemaEntry>> listOptions(Arguments arguments) {
  auto text = runNix(arguments);
  if (!text && text.error().code == Code::FL0007) {
    // Perhaps only the question about definitions fails.
    arguments.emplace_back("baseline", "no");
    auto again = runNix(arguments);
    if (!again) {
      auto error = std::move(again).error();
      if (error.code == Code::FL0007) error.code = Code::FL0562;
      return error;
    }
    text = std::move(again);
  }
  if (!text) return text.error();
  return fleet::parseOptionList(*text);
}

std::string_view attributeOf(std::string_view klass) {
  return klass == "nixos" ? "nixosConfigurations" : klass == "darwin" ? "darwinConfigurations" : "homeConfigurations";
}

struct Asked {
  const fleet::Host* host;
  bool home = false;  // the homes inside it
  std::vector<std::string> imports;
};

// Hosts to ask: one for each set of imports that is not known here.
std::vector<Asked> hostsToAsk(Context& cx, const std::string& klass) {
  std::vector<Asked> out;
  std::set<std::vector<std::string>> seen;
  Asked withHomes{nullptr, true, {}};
  for (const fleet::Host& host : cx.workspace().fleet().hosts()) {
    if (host.klass != klass && (klass != "home" || withHomes.host)) continue;
    base::Diagnostics unheard;
    const auto composed = cx.workspace().compose(host, unheard);
    if (host.klass != klass) {
      if (!composed->homes().empty()) withHomes.host = &host;
      continue;
    }
    if (klass == "home" && host.origin != attributeOf(klass)) continue;
    Asked one{&host, false, {}};
    if (auto* evaluation = static_cast<fleet::HostConfiguration&>(*composed).evaluation())
      for (auto* part = evaluation->knowledge.imports; part; part = part->next)
        one.imports.push_back(lang::printUnknown(cx.workspace().fleet().evaluator(), part->value));
    std::sort(one.imports.begin(), one.imports.end());
    if (seen.insert(one.imports).second) out.push_back(std::move(one));
  }
  if (out.empty() && withHomes.host) out.push_back(withHomes);
  return out;
}

Result<fleet::SchemaContent> contentFromHosts(Context& cx, const std::string& klass) {
  fleet::SchemaContent out;
  if (!base::isRegularFile(cx.root() + "/flake.nix"))
    return Error{Code::FL0562,
                 "the fleet has no flake.nix, so fleetd does not know where its platforms come from",
                 "name a file that holds { lib }: [ modules ] with --from, and nixpkgs' lib with --lib",
                 {}};
  const auto hosts = hostsToAsk(cx, klass);
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    const Asked& one = hosts[i];
    cx.progress("listing options", i, hosts.size(), one.host->name);
    Arguments arguments{
        {"flake", cx.root()}, {"attribute", std::string(attributeOf(one.host->klass))}, {"host", one.host->name}};
    if (one.home) arguments.emplace_back("home", "yes");
    FLEETD_TRY_ASSIGN(auto entries, listOptions(std::move(arguments)));
    std::move(entries.begin(), entries.end(), std::back_inserter(out.entries));
    out.covered.insert(out.covered.end(), one.imports.begin(), one.imports.end());
  }
  return out;
}

Result<fleet::SchemaContent> contentFromFile(Context& cx) {
  if (!cx.args.has("--lib")) return Error{Code::FL0903, "--from needs --lib, the directory of nixpkgs' lib", "", {}};
  fleet::SchemaContent out;
  FLEETD_TRY_ASSIGN(out.source, base::realPath(std::string(cx.args.value("--from"))));
  FLEETD_TRY_ASSIGN(const std::string lib, base::realPath(std::string(cx.args.value("--lib"))));
  FLEETD_TRY_ASSIGN(out.entries, listOptions({{"modules", out.source}, {"libDir", lib}}));
  return out;
}

}  // namespace

Result<StoredSchema> storeSchema(Context& cx, const std::string& klass, fleet::SchemaContent content) {
  StoredSchema out{klass, content.entries.size(), cx.schemas().pathOf(klass, content.origin)};
  FLEETD_TRY(cx.schemas().write(klass, std::move(content)));
  return out;
}

Result<std::vector<StoredSchema>> syncSchemas(Context& cx) {
  const std::string wanted(cx.args.value("--class"));
  std::vector<StoredSchema> out;
  for (const std::string_view klass : fleet::kSchemaClasses) {
    if (!wanted.empty() && wanted != klass) continue;
    fleet::SchemaContent content;
    if (cx.args.has("--from")) {
      if (wanted.empty()) return Error{Code::FL0903, "--from needs --class, the class its modules are of", "", {}};
      FLEETD_TRY_ASSIGN(content, contentFromFile(cx));
    } else {
      FLEETD_TRY_ASSIGN(content, contentFromHosts(cx, std::string(klass)));
      if (content.entries.empty()) continue;
    }
    content.origin = fleet::SchemaOrigin::Structured;
    content.key = cx.schemas().keyNow(content.source);
    FLEETD_TRY_ASSIGN(StoredSchema stored, storeSchema(cx, std::string(klass), std::move(content)));
    out.push_back(std::move(stored));
  }
  return out;
}

}  // namespace fleetd::cli
