// `fleetd init`: a new fleet that is without errors at once.
#include <algorithm>
#include <cctype>
#include <cstdlib>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/cli/init_files.hpp"
#include "kernel/cli/locate.hpp"
#include "kernel/cli/new_project.hpp"
#include "kernel/cli/vars_request.hpp"
#include "kernel/process/spawn.hpp"

namespace fleetd::cli {

namespace {

using base::Code;

struct Wanted {
  std::string directory, name, machine, klass, user;
};

bool isName(std::string_view text) {
  return !text.empty() && text.size() <= 63 && std::isalnum(static_cast<unsigned char>(text.front())) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_'; });
}

Result<Wanted> wantedOf(Context& cx) {
  Wanted out;
  auto directory = absolutePath(cx.args.positionals.empty() ? "." : cx.args.positional(0));
  if (!directory) return directory.error();
  out.directory = *std::move(directory);
  while (out.directory.size() > 1 && out.directory.ends_with('/')) out.directory.pop_back();
  out.name =
      cx.args.has("--name") ? std::string(cx.args.value("--name")) : out.directory.substr(out.directory.rfind('/') + 1);
  out.machine = cx.args.has("--machine") ? std::string(cx.args.value("--machine")) : "first";
  out.klass = cx.args.has("--class") ? std::string(cx.args.value("--class")) : "nixos";
  const char* login = std::getenv("USER");
  out.user = cx.args.has("--user") ? std::string(cx.args.value("--user")) : std::string(login ? login : "");
  if (!cx.args.has("--user") && !isName(out.user)) out.user = "admin";
  if (!isName(out.user))
    return Error{Code::FL0903, fmt::format("`{}` is no name for a user", shownWord(out.user)), "", {}};
  if (!isName(out.name))
    return Error{Code::FL0903,
                 fmt::format("`{}` is no name for a fleet", shownWord(out.name)),
                 "letters, digits, - and _; --name gives another one than the directory's",
                 {}};
  if (!isName(out.machine))
    return Error{Code::FL0903, fmt::format("`{}` is no name for a machine", shownWord(out.machine)), "", {}};
  return out;
}

// Path in the fleet, name of the text it is made of.
std::vector<std::pair<std::string, std::string>> filesOf(const Wanted& wanted) {
  return {{".envrc", "envrc"},
          {".github/workflows/check.yml", "check.yml"},
          {".gitignore", "gitignore"},
          {"buildbot-nix.toml", "buildbot-nix.toml"},
          {"clan.nix", "clan.nix"},
          {"flake.nix", "flake.nix"},
          {"justfile", "justfile"},
          {fmt::format("machines/{}/configuration.nix", wanted.machine), wanted.klass + ".nix"}};
}

// git init and git add: flakes see tracked files only. Without git the fleet is one all the same.
Result<void> track(const std::string& directory) {
  const auto git = [&](std::vector<std::string> words) {
    process::Command command;
    command.argv = {"git", "-C", directory};
    command.argv.insert(command.argv.end(), words.begin(), words.end());
    return process::runForOutput(command);
  };
  if (!process::findProgram("git")) return {};
  if (base::fileType(directory + "/.git") == base::FileType::Missing)
    if (auto made = git({"init", "--quiet", "--initial-branch=main"}); !made) return made.error();
  auto added = git({"add", "--all"});
  return added ? Result<void>() : Result<void>(added.error());
}

// Lets the operator into the new fleet's secrets, with a key that is made where there is none. Gives the public half. A
// fleet without one is a fleet all the same.
std::string addOperator(Context& cx, const Wanted& wanted) {
  const auto missing = [&](const Error& why) {
    Diagnostic d = Diagnostic::from({Code::FL0852,
                                     fmt::format("nobody can read secrets of the fleet yet: {}", why.message),
                                     why.hint.empty() ? "`fleetd vars keygen` adds your key" : why.hint,
                                     {}});
    cx.diagnostics.add(std::move(d));
    return std::string();
  };
  Arguments arguments = cx.args;
  arguments.options["--fleet"] = {wanted.directory};
  arguments.options["--no-commit"] = {};  // nothing of a new fleet is committed yet
  Context inner(arguments, cx.out);
  if (const auto fleet = inner.openFleet(); !fleet) return missing(fleet.error());
  sdk::Attrs request{{"fleet", wanted.directory}, {"verb", "keygen"}, {"user", wanted.user}};
  request.set("generators", sdk::List());
  request.set("only", sdk::List());
  request.set("regenerate", false);
  request.set("fromTerminal", false);
  request.set("changedScripts", false);
  const auto answer = inner.workspace().plugins().request("vars", plugin::PluginValue(std::move(request)));
  if (!answer) return missing(answer.error());
  if (auto tracked = track(wanted.directory); !tracked) return missing(tracked.error());
  commitAnswer(inner, *answer);
  for (const Diagnostic& d : inner.diagnostics.sorted())
    if (d.severity == base::Severity::Error) cx.diagnostics.add(d);
  return textOf(*answer, "publicKey");
}

}  // namespace

int runInit(Context& cx) {
  const auto wanted = wantedOf(cx);
  if (!wanted) return cx.fail(wanted.error());
  if (auto claimed =
          claimDirectory(wanted->directory, Code::FL0830, "a new fleet",
                         "name another directory; an existing flake needs no init, `fleetd check` reads it as it is");
      !claimed)
    return cx.fail(claimed.error());
  const std::pair<std::string_view, std::string> values[] = {
      {"@name@", wanted->name}, {"@machine@", wanted->machine}, {"@class@", wanted->klass}};
  for (const auto& [path, text] : filesOf(*wanted)) {
    const std::string full = fmt::format("{}/{}", wanted->directory, path);
    if (auto made = base::makeDirs(full.substr(0, full.rfind('/'))); !made) return cx.fail(made.error());
    if (auto written = base::writeFileAtomic(full, filledIn(initFile(text), values)); !written)
      return cx.fail(written.error());
  }
  const std::string key = cx.args.has("--no-key") ? std::string() : addOperator(cx, *wanted);
  if (auto tracked = track(wanted->directory); !tracked) return cx.fail(tracked.error());
  if (!cx.quiet()) {
    std::string text = fmt::format("the fleet {} is in {}, with the machine {}\n", wanted->name,
                                   base::sanitize(wanted->directory), wanted->machine);
    if (!process::findProgram("git")) text += "git was not found, so it is no repository yet\n";
    if (!key.empty()) text += fmt::format("{} can read its secrets, with the key {}\n", wanted->user, key);
    cx.out.message(fmt::format("{}next: fleetd check, {}then edit machines/{}/configuration.nix\n", text,
                               key.empty() ? "fleetd vars keygen, " : "", wanted->machine));
  }
  return cx.finish();
}

}  // namespace fleetd::cli
