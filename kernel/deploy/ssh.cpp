// Configurations, shared connections and what ssh's words mean.
#include "kernel/deploy/ssh.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <iterator>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/deploy/shared_connection.hpp"
#include "kernel/process/executable.hpp"

namespace fleetd::deploy {

namespace {

using base::Code;

constexpr int kConnectSeconds = 10;
constexpr int kAnswerSeconds = 15;
constexpr int kTorSeconds = 90;  // the first way to an onion service takes long
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

// Connections to hosts on the way have their sockets here, too.
void endShared(const std::string& socket) {
  if (endSharedConnection(socket)) return;
  process::Command quit;
  quit.argv = {"ssh", "-F", "/dev/null", "-o", "ControlPath=" + socket, "-O", "exit", "-"};
  quit.output = quit.errors = process::Stream::Discard;
  quit.timeout = std::chrono::seconds(5);
  static_cast<void>(process::run(quit));
}

std::string lastLines(std::string_view text, std::size_t count) {
  auto lines = base::splitLines(base::trim(text));
  if (lines.size() > count) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
  return base::sanitize(base::join(lines, "\n"));
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// A value with blanks is one value only for the options whose value is a file.
void addOptions(const std::vector<std::pair<std::string, std::string>>& options, std::string& text) {
  constexpr std::string_view kFiles[] = {"certificatefile", "controlpath", "identityagent", "identityfile"};
  for (const auto& [name, value] : options) {
    const bool quoted = value.find_first_of(" \t#") != std::string::npos && value.find('"') == std::string::npos &&
                        std::find(std::begin(kFiles), std::end(kFiles), base::toLower(name)) != std::end(kFiles);
    text += quoted ? fmt::format("  {} \"{}\"\n", name, value) : fmt::format("  {} {}\n", name, value);
  }
}

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
  // Before any host is asked, for it is the same for all of them.
  if (!out.settings_.config.empty())
    if (const auto own = base::readFile(out.settings_.config); !own) return own.error();
  // Sockets have short names at most, and Nix splits NIX_SSHOPTS at blanks.
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  const std::string parent = runtime && usable(runtime) && base::isDirectory(runtime) ? runtime : "/tmp";
  removeLeftovers(parent);
  std::string pattern = fmt::format("{}/{}{}-XXXXXX", parent, kName, ::getpid());
  if (!::mkdtemp(pattern.data()))
    return Error{Code::FL0003, fmt::format("cannot make a private directory below {}", parent), "", {}};
  out.directory_ = pattern;
  out.removed_ = process::RemovedOnInterrupt(pattern);
  if (!out.settings_.knownHosts.empty())
    FLEETD_TRY(base::writeFileAtomic(out.directory_ + "/known_hosts", out.settings_.knownHosts, 0600,
                                     base::Durability::Volatile));
  return out;
}

Ssh::~Ssh() {
  if (directory_.empty()) return;
  const auto entries = base::listDir(directory_);
  if (entries)
    for (const auto& entry : *entries)
      if (entry.type == base::FileType::Other) endShared(fmt::format("{}/{}", directory_, entry.name));
  shared_->tor.reset();
  static_cast<void>(base::removeTree(directory_));
}

// Tor's client, started if there is none; the connection through it is made by this program.
Result<std::string> Ssh::proxyCommand() {
  const std::lock_guard lock(shared_->torMutex);
  if (!shared_->tor) shared_->tor.emplace(Tor::open(settings_.torDirectory, directory_ + "/tor"));
  if (!*shared_->tor) return shared_->tor->error();
  auto self = process::executablePath();
  if (!self) return self.error();
  std::string out;
  // ssh expands percent signs before a shell gets the line.
  for (const char c : base::shellJoin({*self, "network", "connect", (**shared_->tor)->proxy()})) {
    out += c;
    if (c == '%') out += c;
  }
  return out + " %h %p";
}

Result<std::string> Ssh::configText(const Address& address) {
  // For this host alone: hosts on the way to it have their own user, port and way.
  std::string text = fmt::format("Host {}\n", address.host);
  if (address.port) text += fmt::format("  Port {}\n", address.port);
  addOptions(address.options, text);
  if (address.tor) {
    FLEETD_TRY_ASSIGN(const auto command, proxyCommand());
    text += fmt::format("  ProxyCommand {}\n  ConnectTimeout {}\n", command, kTorSeconds);
  }
  for (const Hop& hop : address.hops) {
    text += fmt::format("Host {}\n  HostName {}\n  User {}\n", hop.name, hop.host, hop.user);
    if (hop.port) text += fmt::format("  Port {}\n", hop.port);
    addOptions(hop.options, text);
  }
  text += "Host *\n";
  if (settings_.hostKeyCheck == "strict") text += "  StrictHostKeyChecking yes\n";
  if (settings_.hostKeyCheck == "accept-new") text += "  StrictHostKeyChecking accept-new\n";
  if (settings_.hostKeyCheck == "none")
    text += "  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  LogLevel ERROR\n";
  // Older clients have no such option; the fleet's keys are then not known to them.
  else if (const auto cat = process::findProgram("cat"); cat && cat->starts_with('/') && !settings_.knownHosts.empty())
    text += fmt::format("  IgnoreUnknown KnownHostsCommand\n  KnownHostsCommand {} {}/known_hosts\n", *cat, directory_);
  text += fmt::format(
      "  ConnectTimeout {}\n  ServerAliveInterval 5\n  ServerAliveCountMax 3\n"
      "  ControlMaster auto\n  ControlPersist 60\n  ControlPath {}/%C\n",
      kConnectSeconds, directory_);
  if (!settings_.config.empty()) {
    auto own = base::readFile(settings_.config);
    if (!own) return own.error();
    return text + *own + "\n";
  }
  if (const char* home = std::getenv("HOME"); home && *home) text += fmt::format("Include {}/.ssh/config\n", home);
  return text + "Include /etc/ssh/ssh_config\n";
}

Result<std::string> Ssh::configFor(const Address& address) {
  auto made = configText(address);
  if (!made) return made.error();
  const std::string& text = *made;
  const std::lock_guard lock(shared_->mutex);
  const std::string key = text + address.authority();
  if (const auto it = shared_->files.find(key); it != shared_->files.end()) return it->second;
  const std::string file = fmt::format("{}/{}", directory_, shared_->files.size());
  FLEETD_TRY(base::writeFileAtomic(file, text, 0600, base::Durability::Volatile));
  shared_->files.emplace(key, file);
  return file;
}

std::string Ssh::hostName(const Address& address) {
  const auto file = configFor(address);
  if (!file) return address.host;
  process::Command command;
  command.argv = {"ssh", "-F", *file, "-G", "--", address.host};
  const auto said = process::runForOutput(command);
  constexpr std::string_view kKey = "hostname ";
  if (said)
    for (const std::string_view line : base::splitLines(*said))
      if (line.starts_with(kKey)) return std::string(base::trim(line.substr(kKey.size())));
  return address.host;
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
  return std::vector<std::string>{"ssh",
                                  "-F",
                                  *file,
                                  "-o",
                                  "ControlPath=none",
                                  address.user.empty() ? address.host : address.user + "@" + address.host};
}

Result<void> Ssh::answers(const Address& address, int stopFd) {
  Call call;
  call.command = "true";
  call.stopFd = stopFd;
  call.timeout = std::chrono::seconds(address.tor ? kTorSeconds : kAnswerSeconds);
  const auto finished = run(address, call);
  if (!finished) return finished.error();
  return {};
}

Result<process::Finished> Ssh::run(const Address& address, const Call& call) {
  auto file = configFor(address);
  if (!file) return file.error();
  process::Command command;
  command.argv = {"ssh", "-F", *file, "-o", "BatchMode=yes", "-T"};
  if (call.fresh) command.argv.insert(command.argv.end(), {"-o", "ControlPath=none", "-o", "ControlMaster=no"});
  if (!address.user.empty()) command.argv.insert(command.argv.end(), {"-l", address.user});
  command.argv.insert(command.argv.end(), {"--", address.host, call.command});
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
  command.stopFd = call.stopFd;
  command.ownGroup = shared_->shielded.load();
  auto finished = process::run(command);
  if (!finished) return finished.error();
  if (finished->status.timedOut || finished->status.code == 255 || finished->status.signal)
    return sshFailure(address, *finished);
  return finished;
}

}  // namespace fleetd::deploy
