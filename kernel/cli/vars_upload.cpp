// `fleetd vars upload`: an archive goes from the plugin through a pipe to the host, or into a directory in memory. Its
// content never is in our memory.
#include <unistd.h>

#include <array>
#include <future>
#include <memory>
#include <mutex>

#include <fmt/format.h>

#include "kernel/base/fd.hpp"
#include "kernel/base/file.hpp"
#include "kernel/base/memory_files.hpp"
#include "kernel/base/text.hpp"
#include "kernel/cli/kept_secrets.hpp"
#include "kernel/cli/machine_keys.hpp"
#include "kernel/cli/operations.hpp"
#include "kernel/cli/other_tools.hpp"
#include "kernel/cli/partitioning.hpp"
#include "kernel/cli/text_table.hpp"
#include "kernel/cli/vars_request.hpp"
#include "kernel/cli/vars_store.hpp"
#include "kernel/cli/vars_verbs.hpp"
#include "kernel/deploy/upload.hpp"
#include "kernel/process/spawn.hpp"
#include "kernel/state/directory.hpp"

namespace fleetd::cli {

namespace {

using base::Code;
using plugin::PluginValue;

// Runs `take` with the reading end while the plugin writes. Errors of the plugin go first: without an archive there is
// nothing to take.
template <class Take>
Result<std::int64_t> send(Context& cx, const sdk::Attrs& declared, const std::string& machine, const sdk::Attrs& what,
                          Take take) {
  base::Pipe pipe = base::makePipe();
  if (!pipe.read) return Error{Code::FL0004, "there are no more file descriptors", "", {}};
  const PluginValue asked(what);
  const bool everything = flagOf(asked, "everything");
  const std::string phase = textOf(asked, "phase");
  sdk::Attrs request = declared;
  for (const auto& [name, value] : what) request.set(name, value);
  request.set("fleet", cx.root());
  request.set("verb", "upload");
  request.set("machine", machine);
  request.set("descriptor", std::int64_t{pipe.write.get()});
  // A machine of a password store gets the values of all phases but that of its disks, as it has no key to open any.
  const PluginValue* store = declared.find("store");
  const bool values = phase.empty() && store && textOf(*store, "kind") == "password-store";
  FLEETD_TRY(addKept(cx, request, keptFiles(request, [&](const KeptFile& file) {
                       const bool inTime = values ? file.neededFor != "partitioning"
                                                  : file.neededFor == (phase.empty() ? "activation" : phase);
                       return file.machine == machine && file.deploy && (everything || inTime);
                     })));
  auto answer = std::async(std::launch::async, [&cx, &pipe, body = PluginValue(std::move(request))] {
    auto out = cx.workspace().plugins().request("vars", body);
    pipe.write.reset();  // the end of the archive, or of nothing
    return out;
  });
  const Result<void> taken = take(pipe.read.get());
  // Whoever did not read to the end must not keep the plugin waiting.
  std::array<char, 4096> rest{};
  while (::read(pipe.read.get(), rest.data(), rest.size()) > 0) rest.fill(0);
  const auto done = answer.get();
  if (!done) return done.error();
  if (!taken) return taken.error();
  const PluginValue* files = done->find("files");
  return files && files->get<std::int64_t>() ? *files->get<std::int64_t>() : 0;
}

template <class Take>
Result<std::int64_t> send(Context& cx, const std::string& machine, const sdk::Attrs& what, Take take) {
  sdk::Attrs declared;
  addDeclarations(cx, cx.workspace(), declared);
  return send(cx, declared, machine, what, take);
}

Result<void> unpack(const std::string& directory, int archive) {
  process::Command command;
  // Owners are names of the machine: only root can give files away, and only to those it knows.
  command.argv = {"tar", "-xpf", "-", "-C", directory};
  command.inputFd = archive;
  FLEETD_TRY_ASSIGN(const auto finished, process::run(command));
  if (finished.status.success()) return {};
  return Error{Code::FL0723,
               fmt::format("cannot unpack into {}: {}", directory, base::sanitize(base::trim(finished.errors))),
               "",
               {}};
}

// Where a directory is, or would be made: its nearest one above that is there.
std::string nearestThere(std::string path) {
  while (base::fileType(path) == base::FileType::Missing) {
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    const std::size_t end = path.rfind('/');
    if (end == std::string::npos) return ".";
    path.resize(end == 0 ? 1 : end);
  }
  return path;
}

Result<void> checkDirectory(const std::string& directory) {
  if (directory.empty()) return Error{Code::FL0903, "`--directory` needs a directory", "such as /dev/shm/secrets", {}};
  if (!base::isInMemory(nearestThere(directory)))
    return Error{Code::FL0723,
                 fmt::format("{} is on a disk, where secrets would stay", shownWord(directory)),
                 "name a directory in memory, such as one below /run or /dev/shm",
                 {}};
  FLEETD_TRY(base::makeDirs(directory, 0700));
  FLEETD_TRY_ASSIGN(const auto entries, base::listDir(directory));
  if (entries.empty()) return {};
  return Error{Code::FL0723, fmt::format("{} is not empty", shownWord(directory)), "name a new directory", {}};
}

int intoDirectory(Context& cx, const std::string& machine) {
  const std::string directory(cx.args.value("--directory"));
  if (auto fits = checkDirectory(directory); !fits) return cx.fail(fits.error());
  const auto files = send(cx, machine, {{"everything", true}}, [&](int archive) { return unpack(directory, archive); });
  if (!files) return cx.fail(files.error());
  say(cx, fmt::format("{} files written to {}", *files, directory));
  printJson(cx, PluginValue(sdk::Attrs{{"files", *files}}));
  return cx.finish();
}

Result<deploy::ActivationSettings> rootThere(Context& cx) {
  deploy::ActivationSettings out;
  out.sudo = cx.args.has("--sudo") || cx.args.has("--ask-sudo-password");
  if (cx.args.has("--ask-sudo-password")) {
    FLEETD_TRY_ASSIGN(out.password, process::Secret::ask("password for sudo on the hosts: "));
  }
  return out;
}

bool isPasswordStore(Context& cx, const fleet::Host& host) {
  return host.klass != "home" && storeNameOf(cx.workspace(), host) == "password-store";
}

Result<std::int64_t> bring(Context& cx, deploy::Ssh& ssh, const sdk::Attrs& declared, const Meant& one,
                           const deploy::ActivationSettings& settings) {
  if (!*one.reach) return one.reach->error();
  FLEETD_TRY_ASSIGN(const auto directory, secretDirectoryOf(cx.workspace(), *one.host));
  const auto brings = isPasswordStore(cx, *one.host) ? deploy::Brings::Values : deploy::Brings::Key;
  return send(cx, declared, one.host->name, {}, [&](int archive) -> Result<void> {
    FLEETD_TRY(deploy::uploadSecrets(ssh, (**one.reach).address, one.host->name, directory, archive, brings, settings));
    return {};
  });
}

// What a deployment sends before its services start: of clan, of colmena, or of both.
Result<std::int64_t> bringAll(Context& cx, deploy::Ssh& ssh, const sdk::Attrs& declared, const Meant& one,
                              const deploy::ActivationSettings& settings) {
  if (one.host->origin != "colmena") return bring(cx, ssh, declared, one, settings);
  FLEETD_TRY_ASSIGN(const auto keys, colmenaKeysOf(cx, *one.host, Telling::No));
  if (!*one.reach) return one.reach->error();
  std::int64_t files = 0;
  if (keyOf(cx, *one.host)) {
    FLEETD_TRY_ASSIGN(files, bring(cx, ssh, declared, one, settings));
  }
  for (const bool after : {false, true})
    FLEETD_TRY(deploy::bringColmenaKeys(ssh, (**one.reach).address, one.host->name, keys, after, settings));
  return files + static_cast<std::int64_t>(keys.size());
}

int toHost(Context& cx, const std::string& machine) {
  auto operation = beginOperation(cx, Reaching::Yes, {machine});
  if (!operation) return cx.fail(operation.error());
  const Meant& one = operation->meant.front();
  if (!*one.reach) return cx.fail(one.reach->error());
  auto settings = rootThere(cx);
  if (!settings) return cx.fail(settings.error());
  auto ssh = openSsh(cx);
  if (!ssh) return cx.fail(ssh.error());
  sdk::Attrs declared;
  addDeclarations(cx, cx.workspace(), declared);
  const auto files = bring(cx, *ssh, declared, one, *settings);
  if (!files) return cx.fail(files.error());
  say(cx, fmt::format("{} files brought to {}", *files, machine));
  printJson(cx, PluginValue(sdk::Attrs{{"files", *files}}));
  return cx.finish();
}

void writeResult(Context& cx, const std::string& host, const Result<std::int64_t>& files) {
  base::JsonWriter json(cx.out.data());
  json.beginObject().member("host", host).member("outcome", files ? "uploaded" : "failed");
  json.key("files");
  files ? json.integer(*files) : json.null();
  json.key("error");
  files ? json.null() : json.string(files.error().message);
  json.endObject();
  cx.out.write("\n");
  cx.out.drain();
}

}  // namespace

Result<void> writeSecretsOf(Context& cx, const fleet::Host& host, const std::string& phase,
                            const std::string& directory) {
  if (!base::isInMemory(directory))
    return Error{Code::FL0723, fmt::format("{} is on a disk, where secrets would stay", directory), "", {}};
  FLEETD_TRY(send(cx, host.name, {{"phase", phase}}, [&](int archive) { return unpack(directory, archive); }));
  return {};
}

Result<std::vector<BringValues>> valuesFor(Context& cx, deploy::Ssh& ssh, const std::vector<const Meant*>& meant,
                                           const deploy::ActivationSettings& settings) {
  std::vector<BringValues> out(meant.size());
  std::shared_ptr<sdk::Attrs> declared;
  const auto oneAtATime = std::make_shared<std::mutex>();
  for (std::size_t i = 0; i < meant.size(); ++i) {
    const fleet::Host& host = *meant[i]->host;
    if (!isPasswordStore(cx, host)) continue;
    FLEETD_TRY_ASSIGN(const auto directory, secretDirectoryOf(cx.workspace(), host));
    if (!declared) {
      declared = std::make_shared<sdk::Attrs>();
      addDeclarations(cx, cx.workspace(), *declared);
    }
    out[i] = [&cx, &ssh, &settings, declared, oneAtATime, directory, name = host.name,
              address = (**meant[i]->reach).address]() -> Result<bool> {
      const std::scoped_lock guard(*oneAtATime);
      bool changed = false;
      FLEETD_TRY(send(cx, *declared, name, {}, [&](int archive) -> Result<void> {
        FLEETD_TRY_ASSIGN(
            changed, deploy::uploadSecrets(ssh, address, name, directory, archive, deploy::Brings::Values, settings));
        return {};
      }));
      return changed;
    };
  }
  return out;
}

int uploadKeys(Context& cx) {
  auto settings = rootThere(cx);
  if (!settings) return cx.fail(settings.error());
  auto operation = beginOperation(cx, Reaching::Yes);
  if (!operation) return cx.fail(operation.error());
  // Whoever deploys meanwhile would activate a system beside half of its secrets.
  auto lock = state::lockDeployments(operation->directory);
  if (!lock) return cx.fail(lock.error());
  sdk::Attrs declared;
  addDeclarations(cx, cx.workspace(), declared);
  TextTable table({{"HOST"}, {"OUTCOME"}, {"FILES", true}});
  int code = kOk;
  std::size_t index = 0;
  for (const Meant& one : operation->meant) {
    if (one.host->klass == "home") continue;  // its secrets are its machine's
    cx.progress("uploading", index++, operation->meant.size(), one.host->name);
    const auto files = bringAll(cx, *operation->ssh, declared, one, *settings);
    if (cx.json()) writeResult(cx, one.host->name, files);
    table.add({{one.host->name, kBold},
               {files ? "uploaded" : "failed", files ? kGreen : kRed},
               {files ? fmt::format("{}", *files) : ""}});
    if (files) continue;
    Diagnostic d = Diagnostic::from(files.error());
    d.host = one.host->name;
    cx.diagnostics.add(std::move(d));
    code = worse(code, exitCodeOf(files.error().code));
  }
  if (!cx.json() && !cx.quiet()) cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
  return worse(cx.finish(), code);
}

int uploadVars(Context& cx) {
  if (cx.args.positionals.size() != 2)
    return cx.fail(Error{Code::FL0903, "`fleetd vars upload` needs a machine", "fleetd vars upload MACHINE", {}});
  const std::string machine(cx.args.positionals[1]);
  const auto host = cx.workspace().fleet().findHost(machine);
  if (!host) return cx.fail(host.error());
  if ((*host)->klass == "home")
    return cx.fail(
        Error{Code::FL0903, fmt::format("{} is a home, not a machine", machine), "secrets go to machines", {}});
  return cx.args.has("--directory") ? intoDirectory(cx, (*host)->name) : toHost(cx, (*host)->name);
}

}  // namespace fleetd::cli
