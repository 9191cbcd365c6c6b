// Configurations, shared connections and what ssh's words mean.
#include "kernel/deploy/ssh.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <ctime>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"

namespace fleetd::deploy {

namespace {

using base::Code;

constexpr int kConnectSeconds = 10;
constexpr std::string_view kName = "fleetd-";
constexpr std::time_t kLeftover = 3600;  // seconds

bool usable(std::string_view directory) {
  return directory.starts_with('/') && directory.size() < 20 &&
         directory.find_first_of(" \t\"'%\\") == std::string_view::npos;
}

// Directories of runs that were killed; ours are named after their process.
void removeLeftovers(const std::string& parent) {
  const auto entries = base::listDir(parent);
  if (!entries) return;
  for (const auto& entry : *entries) {
    if (entry.type != base::FileType::Directory || !entry.name.starts_with(kName)) continue;
    const auto parts = base::split(std::string_view(entry.name).substr(kName.size()), '-');
    const auto pid = base::parseInt(parts.front());
    const std::string path = fmt::format("{}/{}", parent, entry.name);
    struct stat found {};
    if (!pid || *pid < 2 || ::lstat(path.c_str(), &found) != 0 || found.st_uid != ::geteuid()) continue;
    // One of another container that shares this directory may live.
    if (::time(nullptr) - found.st_mtime < kLeftover) continue;
    if (::kill(static_cast<pid_t>(*pid), 0) != 0 && errno == ESRCH) static_cast<void>(base::removeTree(path));
  }
}

std::string lastLines(std::string_view text, std::size_t count) {
  auto lines = base::splitLines(base::trim(text));
  if (lines.size() > count) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
  return base::sanitize(base::join(lines, "\n"));
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace

Error sshFailure(const Address& address, const process::Finished& finished) {
  const std::string_view said = finished.errors;
  const std::string where = address.text();
  const std::string words = lastLines(said, 4);
  if (has(said, "HOST IDENTIFICATION HAS CHANGED"))
    return {Code::FL0816,
            fmt::format("{} shows another host key than the known one", where),
            fmt::format("compare the key on the host; after a new installation: ssh-keygen -R {}", address.host),
            {}};
  if (has(said, "Host key verification failed"))
    return {Code::FL0816,
            fmt::format("the host key of {} is not known: {}", where, words),
            "compare it with the host's own, or use --host-key-check accept-new for the first contact",
            {}};
  if (has(said, "Permission denied") || has(said, "Too many authentication failures"))
    return {Code::FL0817,
            fmt::format("{} accepts none of the keys offered: {}", where, words),
            "look at `ssh-add -l`, and at authorized_keys of that user on the host",
            {}};
  if (finished.status.timedOut) return {Code::FL0815, fmt::format("{} did not answer in time", where), "", {}};
  return {
      Code::FL0815, fmt::format("{} cannot be reached: {}", where, words.empty() ? "ssh said nothing" : words), "", {}};
}

Result<Ssh> Ssh::open(SshSettings settings) {
  Ssh out;
  out.settings_ = std::move(settings);
  out.shared_ = std::make_unique<Shared>();
  // Sockets have short names at most, and Nix splits NIX_SSHOPTS at blanks.
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  const std::string parent = runtime && usable(runtime) && base::isDirectory(runtime) ? runtime : "/tmp";
  removeLeftovers(parent);
  std::string pattern = fmt::format("{}/{}{}-XXXXXX", parent, kName, ::getpid());
  if (!::mkdtemp(pattern.data()))
    return Error{Code::FL0003, fmt::format("cannot make a private directory below {}", parent), "", {}};
  out.directory_ = pattern;
  return out;
}

Ssh::~Ssh() {
  if (directory_.empty()) return;
  for (const auto& [file, address] : shared_->opened) {
    process::Command quit;
    quit.argv = {"ssh", "-F", file, "-O", "exit", address.authority()};
    quit.output = quit.errors = process::Stream::Discard;
    quit.timeout = std::chrono::seconds(5);
    static_cast<void>(process::run(quit));
  }
  static_cast<void>(base::removeTree(directory_));
}

Result<std::string> Ssh::configFor(const Address& address) {
  std::string text = "Host *\n";
  if (address.port) text += fmt::format("  Port {}\n", address.port);
  for (const auto& [name, value] : address.options) text += fmt::format("  {} {}\n", name, value);
  if (settings_.hostKeyCheck == "strict") text += "  StrictHostKeyChecking yes\n";
  if (settings_.hostKeyCheck == "accept-new") text += "  StrictHostKeyChecking accept-new\n";
  if (settings_.hostKeyCheck == "none")
    text += "  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  LogLevel ERROR\n";
  text += fmt::format(
      "  ConnectTimeout {}\n  ServerAliveInterval 5\n  ServerAliveCountMax 3\n"
      "  ControlMaster auto\n  ControlPersist 60\n  ControlPath {}/%C\n",
      kConnectSeconds, directory_);
  if (!settings_.config.empty()) {
    auto own = base::readFile(settings_.config);
    if (!own) return own.error();
    text += *own + "\n";
  } else {
    if (const char* home = std::getenv("HOME"); home && *home) text += fmt::format("Include {}/.ssh/config\n", home);
    text += "Include /etc/ssh/ssh_config\n";
  }
  const std::lock_guard lock(shared_->mutex);
  const std::string key = text + address.authority();
  if (const auto it = shared_->files.find(key); it != shared_->files.end()) return it->second;
  const std::string file = fmt::format("{}/{}", directory_, shared_->files.size());
  FLEETD_TRY(base::writeFileAtomic(file, text, 0600, base::Durability::Volatile));
  shared_->files.emplace(key, file);
  shared_->opened.emplace_back(file, address);
  return file;
}

Result<std::string> Ssh::options(const Address& address) {
  auto file = configFor(address);
  if (!file) return file.error();
  return fmt::format("-F {}", *file);
}

Result<std::vector<std::string>> Ssh::interactive(const Address& address) {
  auto file = configFor(address);
  if (!file) return file.error();
  // A session that outlives fleetd must not rest on sockets that fleetd removes.
  return std::vector<std::string>{"ssh", "-F", *file, "-o", "ControlPath=none", address.user + "@" + address.host};
}

Result<process::Finished> Ssh::run(const Address& address, const Call& call) {
  auto file = configFor(address);
  if (!file) return file.error();
  process::Command command;
  command.argv = {"ssh", "-F", *file, "-o", "BatchMode=yes", "-T"};
  if (call.fresh) command.argv.insert(command.argv.end(), {"-o", "ControlPath=none", "-o", "ControlMaster=no"});
  command.argv.insert(command.argv.end(), {"-l", address.user, "--", address.host, call.command});
  UniqueFd withSecret;
  if (call.secret) {
    FLEETD_TRY_ASSIGN(withSecret,
                      process::secretPipe(call.secret, fmt::format("{}\n{}", kInputMark, call.input), call.inputFd));
    command.inputFd = withSecret.get();
  } else if (call.inputFd >= 0)
    command.inputFd = call.inputFd;
  else
    command.input = call.input;
  command.timeout = call.timeout;
  auto finished = process::run(command);
  if (!finished) return finished.error();
  if (finished->status.timedOut || finished->status.code == 255 || finished->status.signal)
    return sshFailure(address, *finished);
  return finished;
}

}  // namespace fleetd::deploy
