// `fleetd plugin check`: looks at the file of a plugin, then lets two processes in turn load it and call everything.
#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/guarded_file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/cli/locate.hpp"
#include "kernel/cli/operations.hpp"
#include "kernel/cli/plugin_project.hpp"
#include "kernel/plugin/image.hpp"
#include "kernel/plugin/sdk.hpp"
#include "kernel/process/executable.hpp"
#include "kernel/process/sandbox.hpp"
#include "kernel/process/spawn.hpp"

namespace fleetd::cli {

namespace {

using base::Code;

struct Fault {
  Code code = Code::FL0341;
  std::string step, message, hint;
};

struct Probed {
  std::vector<Fault> faults;
  std::vector<std::string> steps;
  std::map<std::string, std::string> answers;  // step -> hash
  std::string id, name, version, role, sdk;
};

struct Report {
  std::string file, machine;
  bool sandbox = true;
  Probed probed;
  void add(Code code, std::string step, std::string message, std::string hint) {
    probed.faults.push_back({code, std::move(step), std::move(message), std::move(hint)});
  }
};

// Before anything of it runs. False when it cannot be loaded.
Result<bool> checkImage(Report& report, const std::string& path) {
  FLEETD_TRY_ASSIGN(const auto bytes, base::readFile(path, 256u << 20));
  const auto image = plugin::readImage(bytes);
  if (!image) {
    report.add(image.error().code, "file", image.error().message, image.error().hint);
    return false;
  }
  report.machine = image->header.machine;
  FLEETD_TRY_ASSIGN(const auto self, process::executablePath());
  if (const auto own = base::readFile(self, 1u << 30); own) {
    const auto header = plugin::imageHeader(std::string_view(*own).substr(0, 64));
    if (header && *header != image->header) {
      report.add(Code::FL0338, "file",
                 fmt::format("the library is for {}, this fleetd runs on {}", image->header.machine, header->machine),
                 "check it on a machine of its kind");
      return false;
    }
  }
  bool entry = !image->symbolsReadable;  // then loading tells
  for (const auto& symbol : image->exports) {
    if (symbol == FLEET_ENTRY_SYMBOL)
      entry = true;
    else if (!symbol.starts_with("fleet_entry_v"))
      report.add(Code::FL0339, "file", fmt::format("it exports `{}`", symbol),
                 "link it with the flags of `pkg-config --libs fleet-sdk`");
  }
  if (!entry && std::none_of(image->exports.begin(), image->exports.end(),
                             [](const std::string& name) { return name.starts_with("fleet_entry_v"); })) {
    report.add(Code::FL0302, "file", fmt::format("it does not export `{}`", FLEET_ENTRY_SYMBOL),
               "end the source with FLEET_PLUGIN(…), or define the entry");
    return false;
  }
  return true;
}

void readRecords(std::string_view text, Probed& out, bool& ended) {
  for (const auto line : base::splitLines(text)) {
    const auto fields = base::split(line, '\t');
    const auto field = [&](std::size_t i) { return std::string(i < fields.size() ? fields[i] : std::string_view()); };
    if (field(0) == "S") out.steps.push_back(field(1));
    if (field(0) == "A") out.answers[field(1)] = field(2);
    if (field(0) == "F")
      out.faults.push_back({base::codeFromId(field(1)).value_or(Code::FL0341), field(2), field(3), field(4)});
    if (field(0) == "M")
      std::tie(out.id, out.name, out.version, out.role, out.sdk) =
          std::make_tuple(field(1), field(2), field(3), field(4), field(5));
    if (field(0) == "E") ended = true;
  }
}

// The words that run the probe in a sandbox, when there is one to be had.
Result<std::vector<std::string>> inSandbox(std::vector<std::string> words, const std::string& library) {
  process::SandboxPlan plan;
  plan.readable = process::systemLibraries();
  plan.readable.insert(plan.readable.end(), {words.front(), library});
  plan.command = std::move(words);
  plan.environment = {{"PATH", "/nonexistent"}, {"LC_ALL", "C.UTF-8"}};
  return process::sandboxCommand(plan);
}

// One process that loads the library. Errors are those of starting it. `sandbox` becomes false where there is none.
Result<Probed> probe(const std::string& path, unsigned seconds, bool again, bool& sandbox) {
  FLEETD_TRY_ASSIGN(const auto self, process::executablePath());
  process::Command command;
  command.argv = {self, "plugin", again ? "probe-again" : "probe", path};
  if (auto words = inSandbox(command.argv, path); words && sandbox)
    command.argv = *std::move(words);
  else
    sandbox = false;
  command.environment = std::vector<std::string>{"PATH=/nonexistent", "LC_ALL=C.UTF-8"};
  command.workingDir.assign(1, '/');
  command.timeout = std::chrono::seconds(seconds);
  command.grace = std::chrono::milliseconds(200);
  command.ownGroup = true;
  command.maxOutput = 8u << 20;
  command.maxErrors = 64u << 10;
  FLEETD_TRY_ASSIGN(auto finished, process::run(command));
  // Nothing ran: namespaces may be forbidden.
  if (sandbox && finished.output.empty() && finished.errors.starts_with("bwrap: ")) {
    sandbox = false;
    return probe(path, seconds, again, sandbox);
  }
  if (sandbox) finished.status = process::insideSandbox(finished.status);
  Probed out;
  bool ended = false;
  readRecords(finished.output, out, ended);
  const std::string step = out.steps.empty() ? "start" : out.steps.back();
  std::string last;
  for (const auto line : base::splitLines(finished.errors))
    if (!base::trim(line).empty()) last = base::sanitize(base::trim(line).substr(0, 200));
  if (finished.status.timedOut)
    out.faults.push_back({Code::FL0345, step, fmt::format("it did not come back within {} s", seconds),
                          "find the endless loop or the wait; --timeout allows more"});
  else if (!ended || !finished.status.success())
    out.faults.push_back({Code::FL0344, step,
                          fmt::format("its process ended: {}{}{}", process::describe(finished.status),
                                      last.empty() ? "" : ", last words: ", last),
                          "run it under a debugger: the call is the one that is named"});
  return out;
}

// For findings that were made for people who run fleetd and now meet somebody who can change the plugin.
std::string_view wayOut(Code code) {
  switch (code) {
    case Code::FL0302:
    case Code::FL0303:
    case Code::FL0304: return "build it against the SDK of this fleetd";
    case Code::FL0305: return "<fleet/manifest.h> says what each field may hold";
    case Code::FL0308: return "the text is the plugin's own: it fails on a fleet without faults";
    case Code::FL0309: return "fill the error struct before returning a failure";
    case Code::FL0312: return "list the path under `writes` in the manifest, or leave it alone";
    case Code::FL0319: return "write relative paths with `/`, each once";
    case Code::FL0320: return "use pkgs, lib, config, options and inputs only";
    case Code::FL0325: return "list the interface in the schema; scopes begin with the service's name";
    default: return "docs/sdk/messages.md describes the documents, docs/sdk/abi.md the limits";
  }
}

void compareRuns(Report& report, const Probed& again) {
  for (const auto& [step, hash] : report.probed.answers) {
    const auto other = again.answers.find(step);
    if (other != again.answers.end() && other->second != hash)
      report.add(Code::FL0342, step, "another process gave other bytes",
                 "sort it, and leave out clocks, addresses, chance and the environment");
  }
  for (const auto& fault : again.faults) {
    const bool known = std::any_of(report.probed.faults.begin(), report.probed.faults.end(),
                                   [&](const Fault& f) { return f.code == fault.code && f.step == fault.step; });
    if (!known) report.probed.faults.push_back(fault);
  }
}

void writeJson(Context& cx, const Report& report) {
  const Probed& p = report.probed;
  base::JsonWriter json(cx.out.data(), 2);
  json.beginObject().member("file", report.file).member("machine", report.machine);
  json.member("id", p.id).member("name", p.name).member("version", p.version).member("role", p.role);
  json.member("sdk", p.sdk)
      .member("calls", static_cast<std::int64_t>(p.steps.size()))
      .member("sandbox", report.sandbox);
  json.key("findings").beginArray();
  for (const auto& fault : p.faults) {
    json.beginObject().member("code", base::info(fault.code).id).member("step", fault.step);
    json.member("message", fault.message).member("hint", fault.hint).endObject();
  }
  json.endArray().endObject();
  cx.out.write("\n");
}

void print(Context& cx, const Report& report) {
  const Probed& p = report.probed;
  if (!p.id.empty() && !cx.quiet())
    cx.out.write(fmt::format("{} {}, {}, made with SDK {}, {}\n", cx.out.styled(kBold, p.id), p.version, p.role, p.sdk,
                             report.machine));
  for (const auto& fault : p.faults) {
    const std::string_view code = base::info(fault.code).id;
    cx.out.write(fmt::format("{} {}: {}{}{}\n", cx.out.styled(kRed, code), fault.step, fault.message,
                             fault.hint.empty() ? "" : "; ", fault.hint));
  }
  if (cx.quiet()) return;
  if (p.faults.empty())
    cx.out.write(fmt::format("{} steps in each of two processes{}, nothing found\n", p.steps.size(),
                             report.sandbox ? "" : " without a sandbox"));
  else
    cx.out.write(fmt::format("{} finding{}; `fleetd explain {}` tells more\n", p.faults.size(),
                             p.faults.size() == 1 ? "" : "s", base::info(p.faults.front().code).id));
}

}  // namespace

int runPluginCheck(Context& cx) {
  if (cx.args.positional(1).empty())
    return cx.fail({Code::FL0903, "`fleetd plugin check` needs a file", "such as build/org.example.hello.so", {}});
  const unsigned seconds = numberOption(cx, "--timeout", 10);
  const auto path = absolutePath(cx.args.positional(1));
  if (!path) return cx.fail(path.error());
  // It is about to run with the rights of whoever checks it.
  if (const auto guarded = base::openGuarded(*path); !guarded) return cx.fail(guarded.error());
  Report report;
  report.file = *path;
  const auto loadable = checkImage(report, *path);
  if (!loadable) return cx.fail(loadable.error());
  if (*loadable) {
    report.sandbox = cx.args.value("--isolate") != "none";
    auto first = probe(*path, seconds, false, report.sandbox);
    if (!first) return cx.fail(first.error());
    std::move(first->faults.begin(), first->faults.end(), std::back_inserter(report.probed.faults));
    first->faults = std::move(report.probed.faults);
    report.probed = *std::move(first);
    const bool lost = std::any_of(report.probed.faults.begin(), report.probed.faults.end(), [](const Fault& fault) {
      return fault.code == Code::FL0344 || fault.code == Code::FL0345;
    });
    if (!lost) {
      const auto second = probe(*path, seconds, true, report.sandbox);
      if (!second) return cx.fail(second.error());
      compareRuns(report, *second);
    }
  }
  for (Fault& fault : report.probed.faults)
    if (fault.hint.empty()) fault.hint = wayOut(fault.code);
  if (cx.json())
    writeJson(cx, report);
  else
    print(cx, report);
  return worse(cx.finish(), report.probed.faults.empty() ? kOk : kFindings);
}

}  // namespace fleetd::cli
