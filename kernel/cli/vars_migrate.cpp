// `fleetd vars migrate`: secrets from one store into another; the plugin has all the values.
#include <fmt/format.h>

#include "kernel/cli/vars_request.hpp"
#include "kernel/cli/vars_verbs.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using plugin::PluginValue;

std::int64_t numberOf(const PluginValue& answer, std::string_view name) {
  const PluginValue* value = answer.find(name);
  const auto* number = value ? value->get<std::int64_t>() : nullptr;
  return number ? *number : 0;
}

}  // namespace

int migrateVars(Context& cx) {
  if (cx.args.positionals.size() != 2)
    return cx.fail(Error{Code::FL0903,
                         "`fleetd vars migrate` needs the store that is to have the secrets",
                         "fleetd vars migrate age; the stores are sops, age and password-store",
                         {}});
  const std::string to(cx.args.positionals[1]);
  const bool removes = cx.args.has("--remove");
  sdk::Attrs request{{"fleet", cx.root()},
                     {"verb", "migrate"},
                     {"to", to},
                     {"from", std::string(cx.args.value("--from"))},
                     {"remove", removes}};
  addDeclarations(cx, cx.workspace(), request);
  const auto answer = cx.workspace().plugins().request("vars", PluginValue(std::move(request)));
  if (!answer) return cx.fail(asUsage(answer.error()));
  commitAnswer(cx, *answer);
  reportAnswer(cx, *answer, Code::FL0725);
  if (answer->find("removed"))
    say(cx, fmt::format("{} secrets removed, which {} has as they were", numberOf(*answer, "removed"), to));
  if (answer->find("copied"))
    say(cx, fmt::format(
                "{} secrets copied, {} were there already; nothing was removed\n"
                "next: clan.vars.settings.secretStore = \"{}\"; then `fleetd vars check`, and `fleetd vars migrate {} "
                "--from STORE --remove`",
                numberOf(*answer, "copied"), numberOf(*answer, "same"), to, to));
  sdk::Attrs data;
  for (const char* name : {"copied", "same", "removed"})
    if (answer->find(name)) data.set(name, numberOf(*answer, name));
  if (!data.empty()) printJson(cx, PluginValue(std::move(data)));
  return cx.finish();
}

}  // namespace fleetd::cli
