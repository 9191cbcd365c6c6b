// Asking which scripts there are, and building what they run with.
#include "kernel/cli/vars_scripts.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/cli/operations.hpp"
#include "kernel/cli/vars_request.hpp"
#include "kernel/deploy/generator_tools.hpp"
#include "kernel/process/spawn.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using plugin::PluginValue;

constexpr unsigned kSeconds = 600;

struct Wanted {
  std::vector<std::string> places, machines;
  std::vector<std::string> generators;
};

Wanted wantedOf(const PluginValue& answer) {
  Wanted out;
  for (const auto& one : listOf(answer, "scripts")) {
    out.places.push_back(textOf(one, "place"));
    out.machines.push_back(textOf(one, "machine"));
    out.generators.push_back(textOf(one, "generator"));
  }
  return out;
}

Result<std::vector<deploy::GeneratorTools>> toolsFor(Context& cx, const Wanted& wanted) {
  if (!process::findProgram("nix"))
    return Error{Code::FL0741,
                 "the packages of its script come from Nix, and `nix` was not found",
                 "install Nix, set the values with `fleetd vars set`, or give the generator a `builtin`",
                 {}};
  std::vector<std::string> names = wanted.machines;
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  auto operation = beginOperation(cx, Reaching::No, names);
  if (!operation) return operation.error();
  FLEETD_TRY(renderFor(cx, *operation));
  std::vector<deploy::GeneratorScript> scripts;
  for (std::size_t i = 0; i < wanted.places.size(); ++i) {
    auto host = cx.workspace().fleet().findHost(wanted.machines[i]);
    if (!host) return host.error();
    scripts.push_back({*host, wanted.generators[i]});
  }
  cx.out.progress(fmt::format("building what {} script{} run with", scripts.size(), scripts.size() == 1 ? "" : "s"));
  return deploy::buildGeneratorTools(operation->nix, scripts);
}

void addProblem(sdk::Attrs& request, const Error& error) {
  request.set(
      "scriptProblem",
      sdk::Attrs{{"hint", error.hint}, {"message", fmt::format("{} [{}]", error.message, base::info(error.code).id)}});
}

}  // namespace

Result<process::ScriptSandbox> addScripts(Context& cx, sdk::Attrs& request) {
  const unsigned seconds = numberOption(cx, "--script-timeout", kSeconds);
  sdk::Attrs question = request;
  question.set("verb", std::string("scripts"));
  FLEETD_TRY_ASSIGN(const auto answer, cx.workspace().plugins().request("vars", PluginValue(std::move(question))));
  const Wanted wanted = wantedOf(answer);
  if (wanted.places.empty()) return process::ScriptSandbox{};
  auto sandbox = process::scriptSandbox(cx.args.has("--no-sandbox"));
  if (!sandbox) {
    addProblem(request, sandbox.error());
    return process::ScriptSandbox{};
  }
  const auto tools = toolsFor(cx, wanted);
  if (!tools) {
    addProblem(request, tools.error());
    return sandbox;
  }
  sdk::Attrs scripts;
  for (std::size_t i = 0; i < wanted.places.size(); ++i) {
    const auto& one = (*tools)[i];
    scripts.set(
        wanted.places[i],
        sdk::Attrs{
            {"coreutils", one.coreutils}, {"path", textList(one.path)}, {"script", one.script}, {"shell", one.shell}});
  }
  request.set("scripts", std::move(scripts));
  request.set("scriptTimeout", std::int64_t{seconds});
  request.set("sandbox", sdk::Attrs{{"directory", sandbox->directory.path()},
                                    {"kind", sandbox->kind},
                                    {"program", sandbox->program},
                                    {"readable", textList({"/nix/store"})}});
  return sandbox;
}

}  // namespace fleetd::cli
