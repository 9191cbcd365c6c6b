// Decoding, and private directories for scripts that bubblewrap has none for.
#include "plugins/vars/script/setup.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugins/vars/age/primitives.hpp"

namespace fleetd::vars {

namespace {

using fleet::Value;

constexpr const char* kPrefix = "fleetd-generator-";
constexpr std::int64_t kMostSeconds = 7 * 24 * 3600;

std::string text(const Value& set, std::string_view name) {
  const Value* value = set.find(name);
  const auto* held = value ? value->get<std::string>() : nullptr;
  return held ? *held : std::string();
}

std::vector<std::string> texts(const Value& set, std::string_view name) {
  std::vector<std::string> out;
  const Value* value = set.find(name);
  if (const auto* list = value ? value->get<fleet::List>() : nullptr)
    for (const auto& item : *list)
      if (const auto* one = item.get<std::string>()) out.push_back(*one);
  return out;
}

// A directory for one script, locked while it is used, and removed after it.
class Private {
 public:
  static fleet::Result<Private> make(const std::string& parent) {
    sweep(parent);
    std::string name = parent + "/" + kPrefix + "XXXXXX";
    if (!::mkdtemp(name.data()))
      return age::error("VARS70", "no directory can be made in " + parent + ": " + std::strerror(errno));
    Private out;
    out.path_ = name;
    out.lock_ = ::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (out.lock_ < 0 || ::flock(out.lock_, LOCK_EX | LOCK_NB) != 0)
      return age::error("VARS70", "the directory of a script cannot be locked");
    return out;
  }
  Private(Private&& other) noexcept : path_(std::exchange(other.path_, {})), lock_(std::exchange(other.lock_, -1)) {}
  Private& operator=(Private&&) = delete;
  ~Private() {
    if (!path_.empty()) remove(path_);
    if (lock_ >= 0) ::close(lock_);
  }
  const std::string& path() const { return path_; }

 private:
  Private() = default;

  static void remove(const std::string& path) {
    std::error_code unheard;
    std::filesystem::remove_all(path, unheard);
  }

  // What a run that was killed has left.
  static void sweep(const std::string& parent) {
    std::error_code problem;
    for (const auto& entry : std::filesystem::directory_iterator(parent, problem)) {
      if (!entry.path().filename().string().starts_with(kPrefix)) continue;
      const int fd = ::open(entry.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
      if (fd < 0) continue;
      struct stat info {};
      if (::fstat(fd, &info) == 0 && info.st_uid == ::geteuid() && ::flock(fd, LOCK_EX | LOCK_NB) == 0)
        remove(entry.path().string());
      ::close(fd);
    }
  }

  std::string path_;
  int lock_ = -1;
};

}  // namespace

fleet::Result<Outputs> ScriptSetup::run(const std::string& place, const Inputs& inputs,
                                        const std::vector<std::string>& kept,
                                        const std::vector<std::string>& files) const {
  const auto script = scripts.find(place);
  if (script == scripts.end())
    return age::error("VARS70", problem.empty() ? "nothing was prepared for its script" : problem,
                      hint.empty() ? "set its files with `fleetd vars set`, or give the generator a `builtin`" : hint);
  if (sandbox.kind == SandboxKind::Bubblewrap) return runScript(sandbox, script->second, inputs, kept, files, limits);
  FLEET_TRY_ASSIGN(const auto directory, Private::make(sandbox.directory));
  Sandbox own = sandbox;
  own.directory = directory.path();
  return runScript(own, script->second, inputs, kept, files, limits);
}

ScriptSetup readScriptSetup(const Value& request) {
  ScriptSetup out;
  if (const Value* sandbox = request.find("sandbox")) {
    const std::string kind = text(*sandbox, "kind");
    out.sandbox.kind = kind == "bubblewrap"     ? SandboxKind::Bubblewrap
                       : kind == "sandbox-exec" ? SandboxKind::SandboxExec
                                                : SandboxKind::None;
    out.sandbox.program = text(*sandbox, "program");
    out.sandbox.readable = texts(*sandbox, "readable");
    out.sandbox.directory = text(*sandbox, "directory");
  }
  const Value* scripts = request.find("scripts");
  if (const auto* all = scripts ? scripts->get<fleet::Attrs>() : nullptr)
    for (const auto& [place, one] : *all)
      out.scripts[place] = {text(one, "script"), {text(one, "shell"), text(one, "coreutils"), texts(one, "path")}};
  if (const Value* problem = request.find("scriptProblem")) {
    out.problem = text(*problem, "message");
    out.hint = text(*problem, "hint");
  }
  const Value* seconds = request.find("scriptTimeout");
  if (const auto* number = seconds ? seconds->get<std::int64_t>() : nullptr;
      number && *number > 0 && *number <= kMostSeconds)
    out.limits.time = std::chrono::seconds(*number);
  return out;
}

}  // namespace fleetd::vars
